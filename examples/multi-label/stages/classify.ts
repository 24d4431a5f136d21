import { classifyStage } from 'pipeline/vision';

/** Classifies all images of a folder. */
export default classifyStage();
