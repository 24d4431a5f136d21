/** The vision half as a library: the stages of a pipeline that trains image models, and what they are given. */

export type { LabelKind } from './data/tables/label-kind.ts';
export type { Average, WeightedOutputs } from './heads/average.ts';
export {
  type ClassLoss,
  type ClassLossTensors,
  crossEntropy,
  type FocalOptions,
  focal,
} from './heads/class-loss.ts';
export type {
  EncodedLabel,
  EncodeOptions,
  Fitted,
  Head,
  HeadMetric,
  Heads,
  HeadTask,
  HeadTensors,
} from './heads/head.ts';
export { ordinal } from './heads/ordinal.ts';
export { type NumberLoss, type RegressionOptions, regression } from './heads/regression.ts';
export { type SigmoidOptions, sigmoid } from './heads/sigmoid.ts';
export { type SoftmaxOptions, softmax } from './heads/softmax.ts';
export type { Backbone, Backbones } from './models/backbones/backbone.ts';
export { backbones } from './models/backbones/index.ts';
export { around128, byImagenetStatistics, type Preprocessing, toUnitRange } from './models/backbones/preprocessing.ts';
export type { ImagenetWeights } from './models/imagenet-weights.ts';
export type { LayerFactory } from './models/layers/layer-factory.ts';
export { classifyStage } from './stages/classify.ts';
export { encodeTargetsStage } from './stages/encode-targets.ts';
export { evaluateStage } from './stages/evaluate.ts';
export { explainMistakesStage } from './stages/explain-mistakes.ts';
export { ingestStage } from './stages/ingest.ts';
export type { ModelStageOptions } from './stages/model-stage-options.ts';
export { predictStage } from './stages/predict.ts';
export { previewAugmentationsStage } from './stages/preview-augmentations.ts';
export { resizeStage } from './stages/resize.ts';
export { type TrainStageOptions, trainStage } from './stages/train.ts';
export { type AffineRanges, affine } from './train/augmentations/affine.ts';
export type {
  Augmentation,
  AugmentationContext,
  Batch,
  Draws,
  ImageSize,
} from './train/augmentations/augmentation.ts';
export { type ColorJitterRanges, colorJitter } from './train/augmentations/color-jitter.ts';
export { cutmix } from './train/augmentations/cutmix.ts';
export { type GaussianBlurOptions, gaussianBlur } from './train/augmentations/gaussian-blur.ts';
export { type MixOptions, mixup } from './train/augmentations/mixup.ts';
export { type RandAugmentOptions, randAugment } from './train/augmentations/rand-augment.ts';
export type { Random } from './train/augmentations/random.ts';
export { type RandomErasingOptions, randomErasing } from './train/augmentations/random-erasing.ts';
export { randomResizedCrop } from './train/augmentations/random-resized-crop.ts';
export type { RectangleRanges } from './train/augmentations/rectangles.ts';
export {
  constantSchedule,
  cosineRestartsSchedule,
  cosineSchedule,
  exponentialSchedule,
  type FinalRate,
  linearSchedule,
  oneCycleSchedule,
  type Schedule,
  type ScheduleStep,
  stepSchedule,
} from './train/loop/schedules.ts';
export { adam, adamW } from './train/optimizers/adam.ts';
export { lion } from './train/optimizers/lion.ts';
export type { Optimizer, UpdatedWeight, WeightUpdate } from './train/optimizers/optimizer.ts';
export { type MomentumOptions, sgd } from './train/optimizers/sgd.ts';
export type { WeightDecayOptions } from './train/optimizers/weight-decay.ts';
export type { TargetTensors } from './train/step/target-tensors.ts';
