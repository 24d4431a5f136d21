import { evaluateStage } from 'pipeline/vision';

/** Evaluates a model, or the mean of several, on the validation or the test split, with intervals and suspected label errors. */
export default evaluateStage();
