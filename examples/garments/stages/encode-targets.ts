import { encodeTargetsStage } from 'pipeline/vision';

/** Encodes the class of each image. */
export default encodeTargetsStage();
