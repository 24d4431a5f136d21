import type { Heads } from '../heads/head.ts';
import type { Backbones } from '../models/backbones/backbone.ts';

/** What the stages that build a model are given. */
export interface ModelStageOptions {
  /**
   * Backbones besides the built-in ones, by the value of the param `backbone`. A saved model names its backbone, and each
   * stage builds the layers anew: give all stages the same backbones.
   */
  readonly backbones?: Backbones;
  /**
   * Heads by the name of their task, for tasks that are not to have the default one of their kind of labels: `softmax()` for
   * one class, `sigmoid()` for several at once, `ordinal()` for classes in order, `regression()` for numbers. A saved model
   * names its heads: give all stages the same.
   */
  readonly heads?: Heads;
}
