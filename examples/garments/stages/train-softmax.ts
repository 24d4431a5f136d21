import { affine, softmax, trainStage } from 'pipeline/vision';

/** Trains the same model, which takes the lengths for classes without an order. */
export default trainStage({
  heads: { length: softmax() },
  augmentations: [affine({ rotationRange: 5, zoomRange: 0 })],
});
