import { predictStage } from 'pipeline/vision';

/** Predicts the data set's questions with one or more models, in the submission format of the FashionAI challenge. */
export default predictStage();
