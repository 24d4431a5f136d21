import type { LayersModel } from '@tensorflow/tfjs-node-gpu';

/** Returns the table of layers with their connections, as printed by Keras' `Model.summary`. */
export function summarize(model: LayersModel): string {
  const lines: string[] = [];
  model.summary(132, [0.32, 0.5, 0.66, 0.74, 1], (line) => lines.push(String(line).trimEnd()));
  return `${lines.join('\n')}\n`;
}
