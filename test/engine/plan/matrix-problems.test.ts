import { describe, expect, test } from 'vitest';
import { planOf } from '../../support/plan.ts';
import { MODULES, TRAIN } from './matrix-stages.ts';

/** \`line:column message|advice\` of each problem. */
function problems(stages: string, shared = ''): string[] {
  const made = planOf(`${shared}\nstages:${stages}`, MODULES);
  return made.ok ? [] : made.failure.map(({ at, message, advice }) => `${at?.line}:${at?.column} ${message}|${advice}`);
}

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
