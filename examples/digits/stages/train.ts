import { affine, trainStage } from 'pipeline/vision';

/** Trains a classifier. A mirrored digit is another sign or none, so there is no flip. */
export default trainStage({ augmentations: [affine({ horizontalFlip: false, rotationRange: 10, zoomRange: 0.1 })] });
