import type { TensorFlow } from '../../tensorflow/load.ts';
import { batchNormalizationClass } from './batch-normalization.ts';
import { customScaleClass } from './custom-scale.ts';
import { dropoutClass } from './dropout.ts';
import { layerNormalizationClass } from './layer-normalization.ts';
import { layerScaleClass } from './layer-scale.ts';
import { relu6Class } from './relu6.ts';
import { rescalingClass } from './rescaling.ts';
import { smoothActivationClass } from './smooth-activation.ts';

export type LayerClasses = ReturnType<typeof layerClasses>;

/** Returns the layer classes that replace or complement those of TensorFlow.js. */
export function layerClasses(tf: TensorFlow) {
  return {
    BatchNormalization: batchNormalizationClass(tf),
    CustomScaleLayer: customScaleClass(tf),
    Dropout: dropoutClass(tf),
    LayerNormalization: layerNormalizationClass(tf),
    LayerScale: layerScaleClass(tf),
    ReLU6: relu6Class(tf),
    Rescaling: rescalingClass(tf),
    SmoothActivation: smoothActivationClass(tf),
  };
}
