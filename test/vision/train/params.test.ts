import { describe, expect, test } from 'vitest';
import { check, compile } from '../../../src/engine/plan/schema-problems.ts';
import { backbones } from '../../../src/vision/models/backbones/index.ts';
import { affine } from '../../../src/vision/train/augmentations/affine.ts';
import { drawNumbers } from '../../../src/vision/train/augmentations/augment.ts';
import type { Augmentation } from '../../../src/vision/train/augmentations/augmentation.ts';
import { trainParams, trainParamsWith } from '../../../src/vision/train/params.ts';
import { trainOptions } from '../../../src/vision/train/params-to-options.ts';
import resize from '../../../stages/resize-to-arrow-shards.ts';

const REQUIRED = { learning_rate: 1e-3, epochs: 1, batch_size: 8, seed: 1 };

const subject = {
  name: (path: readonly (string | number)[]) => path.join('.'),
  unknown: (path: readonly (string | number)[], key: string) => [...path, key].join('.'),
  place: () => ({ file: 'pipeline.yaml' }),
};

const problemsOf = (schema: object, params: object) =>
  check(compile(schema), params, subject).map(({ message, advice }) => `${message} — ${advice}`);
const trainProblems = (params: object) => problemsOf(trainParams, { ...REQUIRED, ...params });

/** Returns the options for params that are valid, with the defaults of the schema. */
function optionsFor(given: object) {
  const params = { ...REQUIRED, ...given };
  const validate = compile(trainParams);
  expect(validate(params), JSON.stringify(validate.errors)).toBe(true);
  return trainOptions(params as unknown as Parameters<typeof trainOptions>[0]);
}

describe('the optimizer', () => {
  test.each([
    [undefined, { name: 'adam' }],
    ['adam', { name: 'adam' }],
    [{ adam: {} }, { name: 'adam' }],
    ['sgd', { name: 'sgd', momentum: 0, nesterov: false }],
    [{ sgd: { momentum: 0.9 } }, { name: 'sgd', momentum: 0.9, nesterov: false }],
    [{ sgd: { momentum: 0.9, nesterov: true } }, { name: 'sgd', momentum: 0.9, nesterov: true }],
  ])('%j is accepted', (optimizer, expected) => {
    expect(optionsFor(optimizer === undefined ? {} : { optimizer }).optimizer).toEqual(expected);
  });

  test('with a param that another one has is refused', () => {
    expect(trainProblems({ optimizer: { adam: { momentum: 0.9 } } })).toEqual([
      'unknown optimizer.adam.momentum — None are declared.',
    ]);
  });

  test('that does not exist is refused, with the valid ones', () => {
    expect(trainProblems({ optimizer: 'momentum' })).toEqual([
      'optimizer cannot be "momentum" — Use adam, sgd, or { sgd: { momentum: 0.9 } }.',
    ]);
  });

  test('written as before gets a message that shows how it is written now', () => {
    expect(trainProblems({ optimizer: 'sgd', momentum: 0.9, nesterov: true })).toEqual([
      'momentum cannot be 0.9 — Write `optimizer: { sgd: { momentum: … } }`.',
      'nesterov cannot be true — Write `optimizer: { sgd: { nesterov: … } }`.',
    ]);
  });
});

describe('the schedule', () => {
  test.each([
    [undefined, { name: 'constant', decay: 0 }],
    ['cosine', { name: 'cosine', finalLearningRate: 0 }],
    ['exponential', { name: 'exponential', decayRate: 0.96, decaySteps: 1000 }],
    [{ constant: { decay: 0.5 } }, { name: 'constant', decay: 0.5 }],
    [{ cosine: { final_learning_rate: 1e-6 } }, { name: 'cosine', finalLearningRate: 1e-6 }],
    [{ exponential: { decay_rate: 0.5 } }, { name: 'exponential', decayRate: 0.5, decaySteps: 1000 }],
  ])('%j is accepted', (schedule, expected) => {
    expect(optionsFor(schedule === undefined ? {} : { schedule }).schedule).toEqual(expected);
  });

  test('with a param that another one has is refused', () => {
    expect(trainProblems({ schedule: { cosine: { decay: 0.5 } } })).toEqual([
      'unknown schedule.cosine.decay — Known names: final_learning_rate.',
    ]);
  });

  test('written as before gets a message that shows how it is written now', () => {
    expect(trainProblems({ schedule: 'cosine', decay: 0.5, final_learning_rate: 0 })).toEqual([
      'decay cannot be 0.5 — Write `schedule: { constant: { decay: … } }`.',
      'final_learning_rate cannot be 0 — Write `schedule: { cosine: { final_learning_rate: … } }`.',
    ]);
  });
});

describe('augmentation', () => {
  test('is turned off as a whole by one word', () => {
    expect(optionsFor({ augment: 'none' }).augmentations).toEqual([]);
  });

  test('has defaults for what is not given', () => {
    const drawn = (augmentations: readonly Augmentation[]) =>
      drawNumbers(augmentations, 9, { height: 32, width: 32 }, { seed: 1, step: 2 });
    const ranges = { horizontalFlip: true, rotationRange: 5, zoomRange: 0.2 };
    expect(drawn(optionsFor({ augment: { rotation_range: 5 } }).augmentations)).toEqual(drawn([affine(ranges)]));
  });

  test('is given in one place: the param is refused if the module of the stage has augmentations', () => {
    const schema = trainParamsWith(backbones, [affine()]);
    expect(problemsOf(schema, REQUIRED)).toEqual([]);
    expect(problemsOf(schema, { ...REQUIRED, augment: { rotation_range: 5 } })).not.toEqual([]);
    // Where a result says what it was made with, "none" would be wrong.
    expect(problemsOf(schema, { ...REQUIRED, augment: 'none' })).not.toEqual([]);
    expect(schema.properties.augment.default).toBe('module');
  });
});

test('a JPEG quality for shards that have no JPEGs is refused', () => {
  const problems = (params: object) => problemsOf(resize.params ?? {}, { size: 64, ...params });
  expect(problems({ encoding: { jpeg: { quality: 90 } } })).toEqual([]);
  expect(problems({ encoding: { raw: { quality: 90 } } }).length).toBeGreaterThan(0);
  expect(problems({ quality: 90 })).toEqual(['quality cannot be 90 — Write `encoding: { jpeg: { quality: … } }`.']);
});
