import type { Backbones } from '../models/backbones/backbone.ts';

/** What the stages that build a model are given. */
export interface ModelStageOptions {
  /**
   * Backbones besides the built-in ones, by the value of the param `backbone`. A saved model names its backbone, and each
   * stage builds the layers anew: give all stages the same backbones.
   */
  readonly backbones?: Backbones;
}
