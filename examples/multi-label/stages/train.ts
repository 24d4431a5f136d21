import { affine, trainStage } from 'pipeline/vision';

/** Trains a model. Labels of the kind `classes` are learnt by `sigmoid()`, unless `heads` says otherwise. */
export default trainStage({ augmentations: [affine({ rotationRange: 5, zoomRange: 0.1 })] });
