import { affine, ordinal, regression, softmax, trainStage } from 'pipeline/vision';

/** Trains one model for the three tasks. These heads are those that the kinds of the labels have by default. */
export default trainStage({
  heads: { length: ordinal(), colour: softmax(), flare: regression() },
  augmentations: [affine({ rotationRange: 5, zoomRange: 0 })],
});
