/** A trained model in a server or a program of one's own: neither the runner nor the training is loaded. */

export type { Problem, Result } from '../../shared/problem.ts';
export type { LabelKind } from '../data/tables/label-kind.ts';
export type { Head, Heads } from '../heads/head.ts';
export { ordinal } from '../heads/ordinal.ts';
export { regression } from '../heads/regression.ts';
export { sigmoid } from '../heads/sigmoid.ts';
export { softmax } from '../heads/softmax.ts';
export type { Backbone, Backbones } from '../models/backbones/backbone.ts';
export { QueueFull } from './classifier/batch-queue.ts';
export {
  type Answer,
  type Answers,
  type ClassAnswer,
  type ClassesAnswer,
  type Classifier,
  ClassifierError,
  type ClassifierOptions,
  type ClassifyOptions,
  type ImageSource,
  type NumbersAnswer,
} from './classifier/classifier.ts';
export { loadClassifier } from './classifier/load-classifier.ts';
