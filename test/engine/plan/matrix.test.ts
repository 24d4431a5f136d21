import { describe, expect, test } from 'vitest';
import { plan, TRAIN } from './matrix-stages.ts';

/** What a stage reads through an input: the stages, or for what it collects the values and the stages. */
function reads(stages: string, stage: string, input: string): unknown {
  const read = plan(stages)
    .stages.find(({ name }) => name === stage)
    ?.inputs.get(input);
  if (read?.kind !== 'collection') return read?.kind === 'artifact' ? read.stage : read?.kind;
  return read.items.map(({ matrix, source }) => [matrix, source.kind === 'artifact' ? source.stage : source.written]);
}

describe('a matrix', () => {
  test('makes a stage for each combination, named after its values', () => {
    expect(plan(TRAIN).stages.map(({ name }) => name)).toEqual([
      'data',
      'train@backbone=small-cnn,seed=1',
      'train@backbone=small-cnn,seed=2',
      'train@backbone=mobilenet-v2,seed=1',
      'train@backbone=mobilenet-v2,seed=2',
    ]);
  });

  test('gives its values to the params in their own type', () => {
    expect(plan(TRAIN).stages[4]?.params).toEqual({ backbone: 'mobilenet-v2', seed: 2, note: 'seed 2' });
  });

  test('gives its values to the inputs', () => {
    const stages = `
  train: { module: train.ts, matrix: { place: [./a, ./b] }, inputs: { data: "\${matrix.place}/images" } }
`;
    const inputs = plan(stages).stages.map(({ name, inputs }) => [name, inputs.get('data')]);
    expect(inputs).toMatchObject([
      ['train@place=./a', { path: '/project/a/images' }],
      ['train@place=./b', { path: '/project/b/images' }],
    ]);
  });

  test('may be over a shared param that is a list, which --set can replace', () => {
    const stages = `
  train: { module: train.ts, matrix: { seed: "\${seeds}" }, inputs: { data: ./d }, params: { seed: "\${matrix.seed}" } }
`;
    const names = (set: string[]) => plan(stages, { set }, 'params: { seeds: [1, 2] }').stages.map(({ name }) => name);
    expect(names([])).toEqual(['train@seed=1', 'train@seed=2']);
    expect(names(['seeds=[7]'])).toEqual(['train@seed=7']);
  });

  test('has one --set for all of its stages', () => {
    const epochs = plan(TRAIN, { set: ['train.epochs=3'] }).stages.map(({ params }) => params['epochs']);
    expect(epochs).toEqual([undefined, 3, 3, 3, 3]);
  });

  test('shows values that are no plain words, or that read as another type, in quotes', () => {
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

describe('what reads a stage with a matrix', () => {
  const EVALUATE = `${TRAIN}  evaluate:
    module: evaluate.ts
    matrix: { backbone: [small-cnn, mobilenet-v2], seed: [1, 2] }
    inputs: { model: train.model }
`;

  test('and has the same dimensions reads the one with the same values', () => {
    expect(reads(EVALUATE, 'evaluate@backbone=mobilenet-v2,seed=1', 'model')).toBe(
      'train@backbone=mobilenet-v2,seed=1',
    );
  });

  test('and collects gets all, in the order of their values', () => {
    const stages = `${TRAIN.replace('[1, 2]', '[10, 9]')}  compare: { module: compare.ts, inputs: { models: train.model } }\n`;
    expect(reads(stages, 'compare', 'models')).toEqual([
      [{ backbone: 'mobilenet-v2', seed: 9 }, 'train@backbone=mobilenet-v2,seed=9'],
      [{ backbone: 'mobilenet-v2', seed: 10 }, 'train@backbone=mobilenet-v2,seed=10'],
      [{ backbone: 'small-cnn', seed: 9 }, 'train@backbone=small-cnn,seed=9'],
      [{ backbone: 'small-cnn', seed: 10 }, 'train@backbone=small-cnn,seed=10'],
    ]);
  });

  test('and has some of the dimensions collects over the others', () => {
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

  test('may name the values that it wants', () => {
    const one = `${TRAIN}  evaluate: { module: evaluate.ts, inputs: { model: "train@seed=1,backbone=small-cnn.model" } }\n`;
    expect(reads(one, 'evaluate', 'model')).toBe('train@backbone=small-cnn,seed=1');
    const some = `${TRAIN}  compare: { module: compare.ts, inputs: { models: train@seed=1.model } }\n`;
    expect(reads(some, 'compare', 'models')).toHaveLength(2);
  });

  test('and collects what is one artifact, or lies outside, gets a list of one', () => {
    const stages = `
  data: { module: data.ts }
  compare: { module: compare.ts, inputs: { models: data.out, scores: ./old } }
`;
    expect(reads(stages, 'compare', 'models')).toEqual([[{}, 'data']]);
    expect(reads(stages, 'compare', 'scores')).toEqual([[{}, './old']]);
  });

  test('depends on all that it reads', () => {
    const stages = `${TRAIN}  compare: { module: compare.ts, inputs: { models: train.model, scores: data.out } }\n`;
    expect(plan(stages).stages.at(-1)?.dependencies).toHaveLength(5);
  });

  test('is matched by values whose names need quotes', () => {
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
