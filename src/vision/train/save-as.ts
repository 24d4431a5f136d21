import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { type KerasFormat, kerasFormats, saveForKeras } from '../keras/save-model.ts';
import { drawModel } from '../models/picture/draw-model.ts';
import { svgToPng } from '../models/picture/svg-to-png.ts';

const pictureFormats = ['svg', 'png'] as const;

/** What a model may be written as beside TensorFlow.js' own format. */
export type SaveFormat = KerasFormat | (typeof pictureFormats)[number];

export const saveFormats: readonly SaveFormat[] = [...kerasFormats, ...pictureFormats];

/** Writes `model.h5` and `model.keras` for Keras, `model.svg` and `model.png` for people, those that are asked for. */
export async function saveAs(model: LayersModel, formats: readonly SaveFormat[], directory: string): Promise<void> {
  const wanted = new Set(formats);
  await saveForKeras(
    model,
    kerasFormats.filter((format) => wanted.has(format)),
    directory,
  );
  if (!pictureFormats.some((format) => wanted.has(format))) return;
  const svg = await drawModel(model);
  if (wanted.has('svg')) await writeFile(path.join(directory, 'model.svg'), svg);
  if (wanted.has('png')) await writeFile(path.join(directory, 'model.png'), await svgToPng(svg));
}
