import { readdirSync, readFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { expect, test } from 'vitest';
import { type BackboneName, backbones } from '../../../../src/vision/models/backbones/index.ts';
import { LayerFactory } from '../../../../src/vision/models/layers/layer-factory.ts';
import { tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();
/** The layers in order: name, class, output shape, parameters. `npm run test:keras` compares the files with Keras. */
const tables = join(import.meta.dirname, 'keras');
const names = readdirSync(tables).map((file) => parse(file).name as BackboneName);

test.each(names)(
  'the layers of %s have the names, order, classes, shapes and parameter counts of Keras',
  (backbone) => {
    const { build, afterPooling, defaultSize } = backbones[backbone];
    const factory = new LayerFactory(tf, 1);
    const input = tf.input({ name: 'input_layer', shape: [defaultSize, defaultSize, 3] });
    const pooled = factory.globalAveragePooling2d(build(factory, input), { name: 'pool' });
    const model = tf.model({ inputs: input, outputs: afterPooling?.(factory, pooled) ?? pooled });
    const ofBackbone = model.layers.filter(({ name }) => name !== 'pool');
    const layers = ofBackbone.map((layer) => {
      const [, ...shape] = layer.outputShape as number[];
      return `${layer.name} ${layer.getClassName()} ${shape.join('x')} ${layer.countParams()}`;
    });
    expect(layers).toEqual(
      readFileSync(join(tables, `${backbone}.txt`), 'utf8')
        .trim()
        .split('\n'),
    );
    model.dispose();
  },
);
