import { trainStage } from 'pipeline/vision';

/** Trains a multi-task classifier on the training split, from initial weights or from a saved model. */
export default trainStage();
