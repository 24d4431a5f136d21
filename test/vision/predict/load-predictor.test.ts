import { expect, test, vi } from 'vitest';
import { buildClassifier } from '../../../src/vision/models/classifier.ts';
import { saveModel } from '../../../src/vision/models/saved-model.ts';
import { loadPredictor } from '../../../src/vision/predict/load-predictor.ts';
import { NO_AUGMENTATION } from '../../../src/vision/predict/test-time-augmentation.ts';
import type { GraphNode } from '../../../src/vision/tensorflow/trace/graph.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { modelFacts } from '../../support/model-facts.ts';
import { unwrap } from '../../support/result.ts';
import { tensorFlow } from '../../support/tensorflow.ts';
import { VARIED_TASKS, variedImages } from '../../support/varied-model.ts';

/** The graphs that were loaded into TensorFlow. */
const graphs: (readonly GraphNode[])[] = [];

vi.mock('../../../src/vision/tensorflow/session/graph-definition.ts', async (original) => {
  const module = await original<typeof import('../../../src/vision/tensorflow/session/graph-definition.ts')>();
  return {
    graphDefinition(nodes: readonly GraphNode[]) {
      graphs.push(nodes);
      return module.graphDefinition(nodes);
    },
  };
});

const tf = await tensorFlow();
const SIZE = 64;
const images = variedImages(3, SIZE);

/** What the stages `evaluate` and `predict` call. */
async function predictorOf(backbone: 'small-cnn' | 'mobilenet-v2', batchSize: number) {
  const size = { height: SIZE, width: SIZE };
  const facts = modelFacts({ backbone, ...size, tasks: VARIED_TASKS });
  const model = buildClassifier(tf, facts, { dropout: 0.5, seed: 1 });
  const directory = temporaryFolder();
  await saveModel(tf, model, facts, directory);
  const options = { batchSize, threads: 2, execution: 'graph', augmentation: NO_AUGMENTATION } as const;
  const predictor = unwrap(await loadPredictor(directory, facts, 3, options));
  return { model, predictor };
}

test.each(['small-cnn', 'mobilenet-v2'] as const)(
  'the graph of %s has no batch normalization: it is folded into the convolutions',
  async (backbone) => {
    const { model, predictor } = await predictorOf(backbone, 3);
    const ops = graphs.at(-1)?.map(({ op }) => op) ?? [];
    expect(ops).toContain('Conv2D');
    expect(ops.filter((op) => op.includes('BatchNorm') || op === 'Rsqrt')).toEqual([]);
    await predictor.dispose();
    model.dispose();
  },
);

test('a last batch that is not full gives the same predictions', async () => {
  const { model, predictor } = await predictorOf('small-cnn', 3);
  const all = await predictor.predict(images, 3);
  const first = await predictor.predict(images.subarray(0, images.length / 3), 1);
  expect(first).toEqual(all.slice(0, all.length / 3));
  await expect(predictor.predict(new Uint8Array((images.length / 3) * 4), 4)).rejects.toThrow('3 images at a time');
  await predictor.dispose();
  model.dispose();
});
