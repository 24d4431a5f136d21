import { ingestStage } from 'pipeline/vision';

/** Checks the images and writes tables of them. */
export default ingestStage();
