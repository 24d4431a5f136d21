import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { declarePipeline } from '../../src/engine/plan/declaration.ts';
import { resolvePipeline } from '../../src/engine/plan/resolve.ts';
import { buildClassifier } from '../../src/vision/models/classifier.ts';
import { prepareFineTuning } from '../../src/vision/train/start/fine-tuning.ts';
import { unwrap } from '../support/result.ts';
import { tensorFlow } from '../support/tensorflow.ts';

const ROOT = join(import.meta.dirname, '../..');
const tf = await tensorFlow();

/** The parameters that are trained, in thousands: with one head of four classes, which has 5,124 of them. */
const TRAINED = { 'train-stage-1': 5, 'train-stage-2': 2_174, 'train-stage-3': 2_174 };

test('the profile finetune trains the heads, and then the later blocks, of a backbone that has the layers it names', () => {
  const text = readFileSync(join(ROOT, 'pipeline.yaml'), 'utf8');
  const declared = unwrap(declarePipeline('pipeline.yaml', text));
  const { stages } = unwrap(resolvePipeline(declared, ROOT, { profile: 'finetune', set: [] }));
  const trainings = stages.filter((stage) => stage.kind === 'module' && stage.module.written === 'stages/train.ts');
  const trained = trainings.map(({ name, params }) => {
    const tasks = [{ name: 'top_design', classes: 4 }];
    const architecture = { backbone: 'mobilenet-v2', height: 32, width: 32, tasks } as const;
    const model = buildClassifier(tf, architecture, { dropout: 0, seed: 1 });
    unwrap(prepareFineTuning(model, { freeze: String(params['freeze']) }));
    const sizes = model.trainableWeights.map(({ shape }) => tf.util.sizeFromShape(shape.map(Number)));
    model.dispose();
    return [name, Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1000)];
  });
  expect(trainings[0]?.params['backbone']).toBe('mobilenet-v2');
  expect(Object.fromEntries(trained)).toEqual(TRAINED);
});
