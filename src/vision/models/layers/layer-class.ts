import type { layers } from '@tensorflow/tfjs-node-gpu';

/** The class of a layer. The functions that return one declare this type: that of the class itself has private parts. */
export interface LayerClass<Config> {
  readonly className: string;
  new (config: Config): layers.Layer;
}
