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

/** Returns the table of layers with their connections, as printed by Keras' `Model.summary`. */
export function summarize(model: LayersModel): string {
  const lines: string[] = [];
  model.summary(132, [0.32, 0.5, 0.66, 0.74, 1], (line) => lines.push(String(line).trimEnd()));
  return `${lines.join('\n')}\n`;
}
