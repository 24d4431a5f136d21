import { evaluateStage } from 'pipeline/vision';

/** Evaluates the model on the validation split. */
export default evaluateStage();
