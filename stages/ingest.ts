import { ingestStage } from 'pipeline/vision';

/** Checks a data set and writes tables of its samples, images, questions and tasks. */
export default ingestStage();
