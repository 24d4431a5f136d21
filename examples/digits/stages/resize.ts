import { resizeStage } from 'pipeline/vision';

/** Stores each image at the input size of the model. */
export default resizeStage();
