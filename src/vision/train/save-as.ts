import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import type { Problem } from '../../shared/problem.ts';
import { kerasProblems } from '../keras/model-description.ts';
import { type KerasFormat, kerasFormats, saveForKeras } from '../keras/save-model.ts';
import { drawModel } from '../models/picture/draw-model.ts';
import { svgToPng } from '../models/picture/svg-to-png.ts';

const pictureFormats = ['svg', 'png'] as const;

/** A format in which a model can be saved besides TensorFlow.js' own. */
export type SaveFormat = KerasFormat | (typeof pictureFormats)[number];

export const saveFormats: readonly SaveFormat[] = [...kerasFormats, ...pictureFormats];

/** Returns why the model cannot be saved in one of the formats. */
export function savingProblems(model: LayersModel, formats: readonly SaveFormat[]): Problem[] {
  return kerasFormats.some((format) => formats.includes(format)) ? kerasProblems(model) : [];
}

/** Writes the model in each format to `model.h5`, `model.keras`, `model.svg` or `model.png` in the directory. */
export async function saveAs(model: LayersModel, formats: readonly SaveFormat[], directory: string): Promise<void> {
  const requested = new Set(formats);
  await saveForKeras(
    model,
    kerasFormats.filter((format) => requested.has(format)),
    directory,
  );
  if (!pictureFormats.some((format) => requested.has(format))) return;
  const svg = await drawModel(model);
  if (requested.has('svg')) await writeFile(path.join(directory, 'model.svg'), svg);
  if (requested.has('png')) await writeFile(path.join(directory, 'model.png'), await svgToPng(svg));
}
