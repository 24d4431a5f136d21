import { describe, expect, test } from 'vitest';
import { planOf } from '../../support/plan.ts';
import { MODULES, TRAIN } from './matrix-stages.ts';

/** Returns the problems as `line:column message|advice`. */
function problems(stages: string, shared = ''): string[] {
  const made = planOf(`${shared}\nstages:${stages}`, MODULES);
  return made.ok ? [] : made.failure.map(({ at, message, advice }) => `${at?.line}:${at?.column} ${message}|${advice}`);
}

const LIST =
  'A list such as [1, 2, 3], ${name} of a shared param that is a list, or { from: STAGE.OUTPUT } for the list in a JSON file that a stage puts out.';

describe('errors in a matrix are reported with their place and advice', () => {
  const train = (matrix: string, params = '{ seed: "${matrix.seed}" }') => `
  train: { module: train.ts, matrix: ${matrix}, inputs: { data: ./d }, params: ${params} }
`;
  test.each([
    [
      train('{ seed: 3 }'),
      `3:46 "matrix.seed" of stage "train" must be an array, a string or an object, but is 3|${LIST}`,
    ],
    [train('{ seed: [] }'), `3:46 "matrix.seed" of stage "train" must not be empty, but is []|${LIST}`],
    [
      train('{}'),
      '3:38 "matrix" of stage "train" must not be empty, but is {}|Generates one stage for each combination of these values, such as train@seed=1. Params and inputs refer to them as ${matrix.NAME}. A stage that reads train.model gets the output of the instance with the same values or, for an input that its module declares as "models[]", the outputs of all instances. Values may come from a stage: { from: split.folds } is the list in a JSON file that it puts out.',
    ],
    [
      train('{ seed: [[1]] }'),
      '3:47 "matrix.seed.0" of stage "train" must be a string, a number or a boolean, but is [1]|A string, a number, true or false.',
    ],
    [train('{ seed: [1, 2, 1.0] }'), '3:46 "matrix.seed" of stage "train" has the value 1 twice|Remove one of them.'],
    [
      train('{ seed: "1,2" }'),
      '3:46 "matrix.seed" of stage "train" must be a list, but is "1,2"|Write a list: ["1,2"].',
    ],
    [train('{ seed: "${seds}" }'), '3:46 unknown shared param "seds"|Did you mean "seeds"?'],
    [train('{ seed: "${none}" }'), '3:46 "matrix.seed" of stage "train" is an empty list|Add at least one value.'],
    [
      train('{ seed: "${deep}" }'),
      '3:46 "matrix.seed" of stage "train" has the invalid value {"a":1}|Only strings, numbers, true and false are allowed.',
    ],
    [
      train('{ seed: [1, 2] }', '{ seed: "${matrix.sed}" }'),
      '3:95 the matrix has no dimension "sed"|Did you mean "seed"?',
    ],
    [
      train('{ seed: [1, 2] }', '{ seed: 1 }'),
      '3:40 "matrix.seed" of stage "train" is not used: all instances would be the same|Use it in the params or inputs of the stage as ${matrix.seed}, or remove it.',
    ],
    [
      train('{ a: "${many}", b: "${many}", seed: "${many}" }'),
      '3:30 with the matrix of stage "train" the pipeline would have 125,000 stages|The maximum is 100,000. Remove some values.',
    ],
    [
      train('{ seed: { from: data.out, to: x } }'),
      '3:64 unknown key "to" in "matrix.seed" of stage "train"|Known names: from.',
    ],
    [
      train('{ seed: { from: 3 } }'),
      '3:54 "matrix.seed.from" of stage "train" must be a string, but is 3|STAGE.OUTPUT: a JSON file with a list of strings, numbers or booleans.',
    ],
    [
      train('{ seed: { from: data } }'),
      '3:46 "matrix.seed" of stage "train" is from "data", which is no output of a stage|Write STAGE.OUTPUT, such as { from: split.folds }.',
    ],
    [
      `${train('{ seed: { from: dat.out } }')}  data: { module: data.ts }\n`,
      '3:46 "matrix.seed" of stage "train" is from unknown stage "dat"|Did you mean "data"?',
    ],
    [
      `${train('{ seed: { from: data.ot } }')}  data: { module: data.ts }\n`,
      '3:40 stage "data" has no output "ot"|Did you mean "out"?',
    ],
    [
      `${train('{ seed: { from: train.model } }')}`,
      '3:46 "matrix.seed" of stage "train" is from stage "train", which has a matrix itself|Let a stage without a matrix read its outputs, and put out one list.',
    ],
    [
      `${train('{ seed: { from: compare.table } }')}  compare: { module: compare.ts, inputs: { models: train.model } }\n`,
      '3:3 stages form a dependency cycle: train → compare → train|Remove one of these dependencies: let one of the stages read from another stage or a path.',
    ],
    [
      '\n  train: { module: train.ts, inputs: { data: ./d }, params: { seed: "${matrix.seed}" } }\n',
      '3:69 "matrix.seed" needs a matrix, but the stage has none|Add one to the stage: matrix: { seed: [value, value] }.',
    ],
    [
      '\n  train: { module: train.ts, matrix: { a.b: [1] }, inputs: { data: ./d } }\n',
      '3:40 invalid name "a.b"|A name starts with a letter, followed by letters, digits, - and _.',
    ],
  ])('the stages %j are rejected: %s', (stages, expected) => {
    const shared = `params: { seeds: [1, 2], none: [], deep: [{ a: 1 }], many: [${[...Array(50).keys()]}] }`;
    expect(problems(stages, shared)).toEqual([expected]);
  });

  test.each([
    [
      'evaluate: { module: evaluate.ts, inputs: { model: train.model } }',
      '9:53 input "model" of stage "evaluate" takes one artifact, but 4 instances of stage "train" match|To read all of them, declare the input as "model[]" in evaluate.ts. To read one, name it (train@backbone=small-cnn,seed=1.model), or give stage "evaluate" the same matrix over backbone and seed.',
    ],
    [
      'compare: { module: compare.ts, inputs: { models: train@sed=1.model } }',
      '9:52 the matrix of stage "train" has no dimension "sed"|Did you mean "seed"?',
    ],
    [
      'compare: { module: compare.ts, inputs: { models: train@seed=3.model } }',
      '9:52 no instance of stage "train" has seed=3|Known names: 1 and 2.',
    ],
    [
      'compare: { module: compare.ts, inputs: { models: data@seed=3.out } }',
      '9:52 stage "data" has no matrix|Write just data.',
    ],
    [
      'compare: { module: compare.ts, inputs: { models: trian@seed=3.model } }',
      '9:52 unknown stage "trian"|Did you mean "train"? If you mean a file, write ./trian@seed=3.model.',
    ],
    [
      'compare: { module: compare.ts, inputs: { models: train.modle } }',
      '9:52 stage "train" has no output "modle"|Did you mean "model"?',
    ],
    [
      'compare: { module: compare.ts, matrix: { seed: [1, 4] }, inputs: { models: train.model } }',
      '9:78 stage "compare" has seed=4 in its matrix, but stage "train", which it reads, does not|Give both the same values, or name the instance to read: train@seed=….model.',
    ],
  ])('next to a stage with a matrix, "%s" is rejected: %s', (stage, expected) => {
    expect(problems(`${TRAIN}  ${stage}\n`)).toEqual([expected]);
  });

  test('an invalid param that all instances of a matrix share is reported once', () => {
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
      'param "epochs" of stage "train" must be an integer, but is "x"',
      'param "seed" of stage "train" must be an integer, but is "a"',
    ]);
  });
});
