import { encodeTargetsStage } from 'pipeline/vision';

/** Encodes the labels of the samples as one one-hot matrix per task, with the names of the classes. */
export default encodeTargetsStage();
