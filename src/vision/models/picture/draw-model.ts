import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { toDot } from './dot.ts';

/** A model drawn from its input down to its heads, with the shape of what each layer puts out, as SVG. */
export async function drawModel(model: LayersModel): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  return (await instance()).renderString(toDot(model), { format: 'svg' });
}

/** The table of layers that Keras' `summary` has, with what each is connected to. */
export function summarize(model: LayersModel): string {
  const lines: string[] = [];
  model.summary(132, [0.32, 0.5, 0.66, 0.74, 1], (line) => lines.push(String(line).trimEnd()));
  return `${lines.join('\n')}\n`;
}
