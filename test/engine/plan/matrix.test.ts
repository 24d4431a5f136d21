import { describe, expect, test } from 'vitest';
import { plan, TRAIN } from './matrix-stages.ts';

/** Returns what a stage reads through an input: stages or, for a collecting input, values and stages. */
function reads(stages: string, stage: string, input: string): unknown {
  const read = plan(stages)
    .stages.find(({ name }) => name === stage)
    ?.inputs.get(input);
  if (read?.kind !== 'collection') return read?.kind === 'artifact' ? read.stage : read?.kind;
  return read.items.map(({ matrix, source }) => [matrix, source.kind === 'artifact' ? source.stage : source.written]);
}

describe('a stage with a matrix', () => {
  test('a matrix generates a stage for each combination, named after its values', () => {
    expect(plan(TRAIN).stages.map(({ name }) => name)).toEqual([
      'data',
      'train@backbone=small-cnn,seed=1',
      'train@backbone=small-cnn,seed=2',
      'train@backbone=mobilenet-v2,seed=1',
      'train@backbone=mobilenet-v2,seed=2',
    ]);
  });

  test('a param that refers to a matrix value has the type of that value', () => {
    expect(plan(TRAIN).stages[4]?.params).toEqual({ backbone: 'mobilenet-v2', seed: 2, note: 'seed 2' });
  });

  test('an input may refer to a matrix value', () => {
    const stages = `
  train: { module: train.ts, matrix: { place: [./a, ./b] }, inputs: { data: "\${matrix.place}/images" } }
`;
    const inputs = plan(stages).stages.map(({ name, inputs }) => [name, inputs.get('data')]);
    expect(inputs).toMatchObject([
      ['train@place=./a', { path: '/project/a/images' }],
      ['train@place=./b', { path: '/project/b/images' }],
    ]);
  });

  test('a dimension may refer to a shared param that is a list, which --set can override', () => {
    const stages = `
  train: { module: train.ts, matrix: { seed: "\${seeds}" }, inputs: { data: ./d }, params: { seed: "\${matrix.seed}" } }
`;
    const names = (set: string[]) => plan(stages, { set }, 'params: { seeds: [1, 2] }').stages.map(({ name }) => name);
    expect(names([])).toEqual(['train@seed=1', 'train@seed=2']);
    expect(names(['seeds=[7]'])).toEqual(['train@seed=7']);
  });

  test('--set sets a param of all instances of a matrix', () => {
    const epochs = plan(TRAIN, { set: ['train.epochs=3'] }).stages.map(({ params }) => params['epochs']);
    expect(epochs).toEqual([undefined, 3, 3, 3, 3]);
  });

  test('values that are not plain words, or that look like another type, are quoted in names', () => {
    const stages = `
  train:
    module: train.ts
    matrix: { x: [a b, "1", 1, "true", true, 0.1, a/b.c, "q\\"s", ""] }
    inputs: { data: ./d }
    params: { x: "\${matrix.x}" }
`;
    expect(plan(stages).stages.map(({ name }) => name.slice('train@x='.length))).toEqual([
      '"a b"',
      '"1"',
      '1',
      '"true"',
      'true',
      '0.1',
      'a/b.c',
      '"q\\"s"',
      '""',
    ]);
  });
});

describe('a stage that reads a stage with a matrix', () => {
  const EVALUATE = `${TRAIN}  evaluate:
    module: evaluate.ts
    matrix: { backbone: [small-cnn, mobilenet-v2], seed: [1, 2] }
    inputs: { model: train.model }
`;

  test('an instance with the same dimensions reads the instance with the same values', () => {
    expect(reads(EVALUATE, 'evaluate@backbone=mobilenet-v2,seed=1', 'model')).toBe(
      'train@backbone=mobilenet-v2,seed=1',
    );
  });

  test('a collecting input gets the outputs of all instances, sorted by their values', () => {
    const stages = `${TRAIN.replace('[1, 2]', '[10, 9]')}  compare: { module: compare.ts, inputs: { models: train.model } }\n`;
    expect(reads(stages, 'compare', 'models')).toEqual([
      [{ backbone: 'mobilenet-v2', seed: 9 }, 'train@backbone=mobilenet-v2,seed=9'],
      [{ backbone: 'mobilenet-v2', seed: 10 }, 'train@backbone=mobilenet-v2,seed=10'],
      [{ backbone: 'small-cnn', seed: 9 }, 'train@backbone=small-cnn,seed=9'],
      [{ backbone: 'small-cnn', seed: 10 }, 'train@backbone=small-cnn,seed=10'],
    ]);
  });

  test('an instance with some of the dimensions collects over the other dimensions', () => {
    const stages = `${TRAIN}  compare:
    module: compare.ts
    matrix: { seed: [1, 2] }
    inputs: { models: train.model }
`;
    expect(reads(stages, 'compare@seed=2', 'models')).toEqual([
      [{ backbone: 'mobilenet-v2', seed: 2 }, 'train@backbone=mobilenet-v2,seed=2'],
      [{ backbone: 'small-cnn', seed: 2 }, 'train@backbone=small-cnn,seed=2'],
    ]);
  });

  test('an input may select instances by their values', () => {
    const one = `${TRAIN}  evaluate: { module: evaluate.ts, inputs: { model: "train@seed=1,backbone=small-cnn.model" } }\n`;
    expect(reads(one, 'evaluate', 'model')).toBe('train@backbone=small-cnn,seed=1');
    const some = `${TRAIN}  compare: { module: compare.ts, inputs: { models: train@seed=1.model } }\n`;
    expect(reads(some, 'compare', 'models')).toHaveLength(2);
  });

  test('a collecting input gets a list of one for a single artifact or a path', () => {
    const stages = `
  data: { module: data.ts }
  compare: { module: compare.ts, inputs: { models: data.out, scores: ./old } }
`;
    expect(reads(stages, 'compare', 'models')).toEqual([[{}, 'data']]);
    expect(reads(stages, 'compare', 'scores')).toEqual([[{}, './old']]);
  });

  test('a collecting stage depends on all instances that it reads', () => {
    const stages = `${TRAIN}  compare: { module: compare.ts, inputs: { models: train.model, scores: data.out } }\n`;
    expect(plan(stages).stages.at(-1)?.dependencies).toHaveLength(5);
  });

  test('values that are quoted in names are matched too', () => {
    const matrix = 'matrix: { prompt: ["a, b", "c.d e"] }';
    const stages = `
  train: { module: train.ts, ${matrix}, inputs: { data: ./d }, params: { p: "\${matrix.prompt}" } }
  evaluate: { module: evaluate.ts, ${matrix}, inputs: { model: train.model } }
  one: { module: evaluate.ts, inputs: { model: 'train@prompt="c.d e".model' } }
`;
    expect(reads(stages, 'evaluate@prompt="a, b"', 'model')).toBe('train@prompt="a, b"');
    expect(reads(stages, 'one', 'model')).toBe('train@prompt="c.d e"');
  });
});
