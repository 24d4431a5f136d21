import { describe, expect, test } from 'vitest';
import type { StageInterface } from '../../../src/engine/plan/stage-interface.ts';
import { StageNames } from '../../../src/engine/plan/stage-names.ts';
import { planOf } from '../../support/plan.ts';
import { unwrap } from '../../support/result.ts';

const MODULES: Readonly<Record<string, StageInterface>> = {
  'data.ts': { params: {}, outputs: ['out'] },
  'train.ts': { params: {}, inputs: ['data', 'dataset?'], outputs: ['model', 'history.json'] },
  'evaluate.ts': { params: {}, inputs: ['model'], outputs: ['score.json'] },
  'compare.ts': { params: {}, inputs: ['models[]', 'scores[]?'], outputs: ['table.csv'] },
};

const TRAIN = `
  data: { module: data.ts }
  train:
    module: train.ts
    matrix: { backbone: [small-cnn, mobilenet-v2], seed: [1, 2] }
    inputs: { data: data.out }
    params: { backbone: "\${matrix.backbone}", seed: "\${matrix.seed}", note: "seed \${matrix.seed}" }
`;

function plan(stages: string, overlays: { profile?: string; set?: string[] } = {}, shared = '') {
  return unwrap(planOf(`${shared}\nstages:${stages}`, MODULES, overlays));
}

/** \`line:column message|advice\` of each problem. */
function problems(stages: string, shared = ''): string[] {
  const made = planOf(`${shared}\nstages:${stages}`, MODULES);
  return made.ok ? [] : made.failure.map(({ at, message, advice }) => `${at?.line}:${at?.column} ${message}|${advice}`);
}

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

describe('a matrix that is wrong is told with its place', () => {
  const train = (matrix: string, params = '{ seed: "${matrix.seed}" }') => `
  train: { module: train.ts, matrix: ${matrix}, inputs: { data: ./d }, params: ${params} }
`;
  test.each([
    [
      train('{ seed: 3 }'),
      '3:46 «matrix.seed» of stage «train» must be an array or a string, but is 3|A list such as [1, 2, 3], or ${name} for a shared param that is a list.',
    ],
    [
      train('{ seed: [] }'),
      '3:46 «matrix.seed» of stage «train» must not be empty, but is []|A list such as [1, 2, 3], or ${name} for a shared param that is a list.',
    ],
    [
      train('{}'),
      '3:38 «matrix» of stage «train» must not be empty, but is {}|One stage for each combination of these values, such as train@seed=1. Params and inputs read them as ${matrix.NAME}. A stage that reads train.model gets the one with the same values or, for an input that its module declares as «models[]», all of them.',
    ],
    [
      train('{ seed: [[1]] }'),
      '3:47 «matrix.seed.0» of stage «train» must be a string, a number or a boolean, but is [1]|A text, a number, true or false.',
    ],
    [train('{ seed: [1, 2, 1.0] }'), '3:46 «matrix.seed» of stage «train» has 1 twice|Take one of them out.'],
    [
      train('{ seed: "1,2" }'),
      '3:46 «matrix.seed» of stage «train» must be a list, but is "1,2"|Write a list: ["1,2"].',
    ],
    [train('{ seed: "${seds}" }'), '3:46 there is no shared param «seds»|Did you mean «seeds»?'],
    [train('{ seed: "${none}" }'), '3:46 «matrix.seed» of stage «train» is an empty list|Give it at least one value.'],
    [
      train('{ seed: "${deep}" }'),
      '3:46 «matrix.seed» of stage «train» has the value {"a":1}|Its values are texts, numbers, true and false.',
    ],
    [train('{ seed: [1, 2] }', '{ seed: "${matrix.sed}" }'), '3:95 the matrix has no «sed»|Did you mean «seed»?'],
    [
      train('{ seed: [1, 2] }', '{ seed: 1 }'),
      '3:40 nothing depends on «matrix.seed» of stage «train»: all would do the same|Use it in its params or inputs, as "${matrix.seed}", or take it out.',
    ],
    [
      train('{ a: "${many}", b: "${many}", seed: "${many}" }'),
      '3:30 with the matrix of stage «train» the pipeline would have 125,000 stages|100,000 is the most. Take some values out.',
    ],
    [
      '\n  train: { module: train.ts, inputs: { data: ./d }, params: { seed: "${matrix.seed}" } }\n',
      '3:69 there is no matrix here for «matrix.seed»|Give the stage one: matrix: { seed: [value, value] }.',
    ],
    [
      '\n  train: { module: train.ts, matrix: { a.b: [1] }, inputs: { data: ./d } }\n',
      '3:40 «a.b» cannot be a name here|A name starts with a letter and goes on with letters, digits, - and _.',
    ],
  ])('%s', (stages, expected) => {
    const shared = `params: { seeds: [1, 2], none: [], deep: [{ a: 1 }], many: [${[...Array(50).keys()]}] }`;
    expect(problems(stages, shared)).toEqual([expected]);
  });

  test.each([
    [
      'evaluate: { module: evaluate.ts, inputs: { model: train.model } }',
      '9:53 input «model» of stage «evaluate» is one artifact, but stage «train» makes 4 of them here|To read them all, declare the input as «model[]» in evaluate.ts. To read one, name it (train@backbone=small-cnn,seed=1.model), or give stage «evaluate» the same matrix over backbone and seed.',
    ],
    [
      'compare: { module: compare.ts, inputs: { models: train@sed=1.model } }',
      '9:52 the matrix of stage «train» has no «sed»|Did you mean «seed»?',
    ],
    [
      'compare: { module: compare.ts, inputs: { models: train@seed=3.model } }',
      '9:52 no stage «train» has seed=3|There is 1 and 2.',
    ],
    [
      'compare: { module: compare.ts, inputs: { models: data@seed=3.out } }',
      '9:52 stage «data» has no matrix|Write data.',
    ],
    [
      'compare: { module: compare.ts, inputs: { models: trian@seed=3.model } }',
      '9:52 there is no stage «trian»|Did you mean «train»? If a file is meant, write ./trian@seed=3.model.',
    ],
    [
      'compare: { module: compare.ts, inputs: { models: train.modle } }',
      '9:52 stage «train» has no output «modle»|Did you mean «model»?',
    ],
    [
      'compare: { module: compare.ts, matrix: { seed: [1, 4] }, inputs: { models: train.model } }',
      '9:78 stage «compare» has seed=4 in its matrix, and stage «train», which it reads, has not|Give both the same values, or say which is read: train@seed=….model.',
    ],
  ])('%s', (stage, expected) => {
    expect(problems(`${TRAIN}  ${stage}\n`)).toEqual([expected]);
  });

  test('a param that no stage of it may have is told once', () => {
    const modules = {
      'train.ts': {
        params: { type: 'object', properties: { epochs: { type: 'integer' }, seed: { type: 'integer' } } },
        outputs: ['model'],
      },
    } as const;
    const made = planOf(
      'stages:\n  train: { module: train.ts, matrix: { seed: [1, a] }, params: { seed: "${matrix.seed}", epochs: x } }\n',
      modules,
    );
    expect(made.ok ? [] : made.failure.map(({ message }) => message)).toEqual([
      'param «epochs» of stage «train» must be an integer, but is "x"',
      'param «seed» of stage «train» must be an integer, but is "a"',
    ]);
  });
});

describe('on a command line', () => {
  const stages = plan(`${TRAIN}  sweep:
    module: train.ts
    matrix: { rate: [0.001, 0.01, "a, b"] }
    inputs: { data: data.out }
    params: { rate: "\${matrix.rate}" }
`).stages;
  const names = new StageNames(stages);

  test.each([
    ['data', ['data']],
    ['train@seed=1', ['train@backbone=small-cnn,seed=1', 'train@backbone=mobilenet-v2,seed=1']],
    ['train@seed=1,backbone=small-cnn', ['train@backbone=small-cnn,seed=1']],
    ['train@backbone="small-cnn",seed=2', ['train@backbone=small-cnn,seed=2']],
    ['sweep@rate=1e-3', ['sweep@rate=0.001']],
    ['sweep@rate="a, b"', ['sweep@rate="a, b"']],
  ])('%s means %j', (written, expected) => {
    expect(unwrap(names.find(written)).map(({ name }) => name)).toEqual(expected);
  });

  test('the name alone means all its stages', () => {
    expect(unwrap(names.find('train'))).toHaveLength(4);
  });

  test.each([
    ['trian', 'there is no stage «trian»|Did you mean «train»?'],
    ['trian@seed=1', 'there is no stage «trian»|Did you mean «train»?'],
    ['train@sed=1', 'the matrix of stage «train» has no «sed»|Did you mean «seed»?'],
    ['train@seed=7', 'no stage «train» has seed=7|There is 1 and 2.'],
    ['train@backbone=smal-cnn', 'no stage «train» has backbone=smal-cnn|Did you mean «small-cnn»?'],
    ['data@seed=1', 'stage «data» has no matrix|Write data.'],
    [
      'train@seed',
      '«train@seed» names no stage|For example train for all of a matrix, or train@seed=1 or train@backbone=small-cnn,seed=1 for those that match. A value with a comma is in quotes: train@prompt="a, b".',
    ],
    [
      'train@seed=1,seed=2',
      '«train@seed=1,seed=2» names no stage|For example train for all of a matrix, or train@seed=1 or train@backbone=small-cnn,seed=1 for those that match. A value with a comma is in quotes: train@prompt="a, b".',
    ],
  ])('%s is told as wrong', (written, expected) => {
    const found = names.find(written);
    expect(found.ok ? '' : `${found.failure.message}|${found.failure.advice}`).toBe(expected);
  });

  test('only one can be asked for where several have no meaning', () => {
    expect(unwrap(names.findOne('train@seed=1,backbone=small-cnn')).name).toBe('train@backbone=small-cnn,seed=1');
    expect(names.findOne('train@seed=1')).toEqual({
      ok: false,
      failure: {
        message: '«train@seed=1» means 2 stages, and only one can be asked for here',
        advice: 'Name one: train@backbone=small-cnn,seed=1 and train@backbone=mobilenet-v2,seed=1.',
      },
    });
  });
});
