import { evaluateStage } from 'pipeline/vision';

/** Evaluates a model, or the mean of several, on the validation split, with intervals and suspected label errors. */
export default evaluateStage();
