import { classifyStage } from 'pipeline/vision';

/** Classifies all images of a folder for every task of one or more models. Needs no label files and no questions. */
export default classifyStage();
