import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { fixClock } from '../../fixed-clock.ts';
import { toDot } from './dot.ts';

/** Draws a model as SVG, from the input at the top to the heads, with the output shape of each layer. */
export async function drawModel(model: LayersModel): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  // The file system that it makes in memory has times.
  const release = fixClock();
  try {
    return (await instance()).renderString(toDot(model), { format: 'svg' });
  } finally {
    release();
  }
}
