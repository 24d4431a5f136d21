import { resizeStage } from 'pipeline/vision';

/** Decodes each image once and stores it at the input size of the model, in Arrow IPC shards. */
export default resizeStage();
