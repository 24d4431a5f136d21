import { describe, expect, test } from 'vitest';
import { check, compile } from '../../../src/engine/plan/schema-problems.ts';
import { backbones } from '../../../src/vision/models/backbones/index.ts';
import { affine } from '../../../src/vision/train/augmentations/affine.ts';
import { drawNumbers } from '../../../src/vision/train/augmentations/augment.ts';
import type { Augmentation } from '../../../src/vision/train/augmentations/augmentation.ts';
import {
  constantSchedule,
  cosineRestartsSchedule,
  cosineSchedule,
  exponentialSchedule,
  linearSchedule,
  oneCycleSchedule,
  type Schedule,
  stepSchedule,
} from '../../../src/vision/train/loop/schedules.ts';
import { adam } from '../../../src/vision/train/optimizers/adam.ts';
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
  // The check adds defaults to what it is given.
  check(compile(schema), { ...params }, subject).map(({ message, advice }) => `${message} — ${advice}`);
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
    [undefined, { name: 'adam', slots: 2 }],
    ['adam', { name: 'adam', slots: 2 }],
    [{ adam: {} }, { name: 'adam', slots: 2 }],
    ['adamw', { name: 'adamw', slots: 2 }],
    [{ adamw: { weight_decay: 0.05, decayed: 'kernels' } }, { name: 'adamw', slots: 2 }],
    ['lion', { name: 'lion', slots: 1 }],
    [{ lion: { weight_decay: 1 } }, { name: 'lion', slots: 1 }],
    ['sgd', { name: 'sgd', slots: 0 }],
    [{ sgd: { momentum: 0.9 } }, { name: 'sgd', slots: 1 }],
    [{ sgd: { momentum: 0.9, nesterov: true } }, { name: 'sgd', slots: 1 }],
  ])('%j is accepted', (optimizer, expected) => {
    expect(optionsFor(optimizer === undefined ? {} : { optimizer }).optimizer).toMatchObject(expected);
  });

  test('with a param that another one has is refused', () => {
    expect(trainProblems({ optimizer: { adam: { momentum: 0.9 } } })).toEqual([
      'unknown optimizer.adam.momentum — None are declared.',
    ]);
  });

  test('that does not exist is refused, with the valid ones', () => {
    expect(trainProblems({ optimizer: 'momentum' })).toEqual([
      'optimizer cannot be "momentum" — Use adam, adamw, lion, sgd, or { sgd: { momentum: 0.9 } }.',
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
    [undefined, constantSchedule()],
    ['cosine', cosineSchedule()],
    ['cosine_restarts', cosineRestartsSchedule()],
    ['exponential', exponentialSchedule()],
    ['linear', linearSchedule()],
    ['one_cycle', oneCycleSchedule()],
    [{ constant: { decay: 0.5 } }, constantSchedule({ decay: 0.5 })],
    [{ cosine: { final_learning_rate: 1e-6 } }, cosineSchedule({ finalLearningRate: 1e-6 })],
    [
      { cosine_restarts: { cycles: 2, growth: 3, final_learning_rate: 1e-6 } },
      cosineRestartsSchedule({ cycles: 2, growth: 3, finalLearningRate: 1e-6 }),
    ],
    [{ exponential: { decay_rate: 0.5 } }, exponentialSchedule({ decayRate: 0.5 })],
    [{ exponential: { decay_steps: 3 } }, exponentialSchedule({ decaySteps: 3 })],
    [{ linear: { final_learning_rate: 1e-6 } }, linearSchedule({ finalLearningRate: 1e-6 })],
    [
      { one_cycle: { rise: 0.5, initial_learning_rate: 1e-5, final_learning_rate: 1e-6 } },
      oneCycleSchedule({ rise: 0.5, initialLearningRate: 1e-5, finalLearningRate: 1e-6 }),
    ],
    [{ step: { boundaries: [2, 5] } }, stepSchedule({ boundaries: [2, 5] })],
    [{ step: { boundaries: [2], factor: 0.5 } }, stepSchedule({ boundaries: [2], factor: 0.5 })],
  ])('%j is accepted', (schedule, expected) => {
    const ratesOf = (of: Schedule) =>
      Array.from({ length: 12 }, (_, step) => of({ step, steps: 12, learningRate: 1e-3 }));
    const given = optionsFor(schedule === undefined ? {} : { schedule }).schedule;
    expect(ratesOf(given)).toEqual(ratesOf(expected));
  });

  test('needs the boundaries of its steps', () => {
    expect(trainProblems({ schedule: { step: {} } }).join()).toContain('boundaries');
    expect(trainProblems({ schedule: 'step' })).toEqual([
      'schedule cannot be "step" — Use constant, cosine, cosine_restarts, exponential, linear, one_cycle, ' +
        '{ cosine: { final_learning_rate: 1.0e-6 } } or { step: { boundaries: [500, 800] } }.',
    ]);
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

test('averaged weights have a momentum of 0.99, unless another one is given, and are off by default', () => {
  expect(optionsFor({}).ema).toBeUndefined();
  expect(optionsFor({ ema: {} }).ema).toEqual({ momentum: 0.99 });
  expect(optionsFor({ ema: { momentum: 0.9 } }).ema).toEqual({ momentum: 0.9 });
  expect(trainProblems({ ema: { momentum: 1 } })).not.toEqual([]);
});

test('an optimizer and a schedule are given in one place: the params are refused if the module of the stage has them', () => {
  const schema = trainParamsWith(backbones, { optimizer: adam(), schedule: cosineSchedule() });
  expect(problemsOf(schema, REQUIRED)).toEqual([]);
  expect(problemsOf(schema, { ...REQUIRED, optimizer: 'adam' })).toEqual([
    'optimizer must be one of "module", but is "adam" — Leave it out: the module of the stage gives the optimizer.',
  ]);
  expect(problemsOf(schema, { ...REQUIRED, schedule: 'cosine' })).toEqual([
    'schedule must be one of "module", but is "cosine" — Leave it out: the module of the stage gives the schedule.',
  ]);
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
    const schema = trainParamsWith(backbones, { augmentations: [affine()] });
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
