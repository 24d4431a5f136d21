import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type BackboneName, backboneNames, backbones } from '../../../../src/vision/models/backbones/index.ts';
import { buildClassifier } from '../../../../src/vision/models/classifier.ts';
import { drawModel } from '../../../../src/vision/models/picture/draw-model.ts';
import { summarize } from '../../../../src/vision/models/picture/summarize.ts';
import { svgToPng } from '../../../../src/vision/models/picture/svg-to-png.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

const tasks = [
  { name: 'coat_length', classes: 8 },
  { name: 'neck_design', classes: 5 },
];

async function withModel<Value>(backbone: BackboneName, look: (model: LayersModel) => Value): Promise<Awaited<Value>> {
  const size = backbones[backbone].defaultSize;
  const model = buildClassifier(tf, { backbone, height: size, width: size, tasks }, { dropout: 0.5, seed: 1 });
  try {
    return await look(model);
  } finally {
    model.dispose();
  }
}

const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text ?? '');

describe('the drawing of a model', () => {
  test.each(backboneNames)('shows each layer of %s once, with its name', async (backbone) => {
    await withModel(backbone, async (model) => {
      const texts = textsOf(await drawModel(model));
      const names = model.layers.map(({ name }) => name);
      for (const name of names)
        expect(
          texts.filter((text) => text === name),
          name,
        ).toHaveLength(1);
    });
  });

  test('has one box for each chain of layers, and arrows between chains', async () => {
    const svg = await withModel('small-cnn', drawModel);
    const boxes = svg.match(/class="node"/g) ?? [];
    const arrows = svg.match(/class="edge"/g) ?? [];
    // The stem; two branches and their sum in each of four blocks, of which the last leads to two heads.
    expect([boxes.length, arrows.length]).toEqual([1 + 4 * 3 + 2, 4 * 4 + 2]);
  });

  test("shows each layer's main parameters, and the shape where it changes", async () => {
    const texts = textsOf(await withModel('small-cnn', drawModel));
    expect(texts.slice(0, 8)).toEqual([
      'InputLayer',
      'image',
      '64×64×3',
      'Rescaling 0.007843',
      'preprocess',
      'Conv2D 3×3 /2 24',
      'stem_conv',
      '32×32×24',
    ]);
  });

  test('as PNG has the size of the SVG and is byte-identical in each run', async () => {
    const svg = await withModel('small-cnn', drawModel);
    const [png, again] = [await svgToPng(svg), await svgToPng(svg)];
    expect(again.equals(png)).toBe(true);
    const { width, height } = await sharp(png).metadata();
    const [, wanted = '', tall = ''] = /<svg width="(\d+)pt" height="(\d+)pt"/.exec(svg) ?? [];
    expect([width, height]).toEqual([Number(wanted), Number(tall)]);
  });

  test('as PNG has text even on a machine without fonts', async () => {
    const written = (text: string) =>
      svgToPng(
        `<svg width="40pt" height="20pt" xmlns="http://www.w3.org/2000/svg"><text font-family="Arial" x="2" y="15">${text}</text></svg>`,
      );
    // Without a font, every letter is rendered as the same box.
    expect((await written('i')).equals(await written('W'))).toBe(false);
  });
});

test('the summary is a table with a row for each layer and the parameter counts', async () => {
  const lines = (await withModel('small-cnn', summarize)).split('\n');
  expect(lines.filter((line) => line.startsWith('stem_conv (Conv2D)'))).toEqual([
    expect.stringMatching(/^stem_conv \(Conv2D\) +\[\[null,64,64,3\]\] +\[null,32,32,24\] +648 +preprocess\[0\]\[0\]$/),
  ]);
  expect(lines.slice(-5, -2)).toEqual([
    'Total params: 311613',
    'Trainable params: 310029',
    'Non-trainable params: 1584',
  ]);
});
