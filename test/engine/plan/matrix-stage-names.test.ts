import { describe, expect, test } from 'vitest';
import { StageNames } from '../../../src/engine/plan/stage-names.ts';
import { unwrap } from '../../support/result.ts';
import { plan, TRAIN } from './matrix-stages.ts';

const SYNTAX =
  'For example: train for all instances of a matrix; train@seed=1 or train@backbone=small-cnn,seed=1 for the matching ones. Quote a value that contains a comma: train@prompt="a, b".';

describe('a stage name on a command line', () => {
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
  ])('"%s" selects %j', (written, expected) => {
    expect(unwrap(names.find(written)).map(({ name }) => name)).toEqual(expected);
  });

  test('the name of a stage without values selects all its instances', () => {
    expect(unwrap(names.find('train'))).toHaveLength(4);
  });

  test.each([
    ['trian', 'unknown stage "trian"|Did you mean "train"?'],
    ['trian@seed=1', 'unknown stage "trian"|Did you mean "train"?'],
    ['train@sed=1', 'the matrix of stage "train" has no dimension "sed"|Did you mean "seed"?'],
    ['train@seed=7', 'no instance of stage "train" has seed=7|Known names: 1 and 2.'],
    ['train@backbone=smal-cnn', 'no instance of stage "train" has backbone=smal-cnn|Did you mean "small-cnn"?'],
    ['data@seed=1', 'stage "data" has no matrix|Write just data.'],
    ['train@seed', `"train@seed" is not a valid stage name|${SYNTAX}`],
    ['train@seed=1,seed=2', `"train@seed=1,seed=2" is not a valid stage name|${SYNTAX}`],
  ])('the stage name %j is rejected: %s', (written, expected) => {
    const found = names.find(written);
    expect(found.ok ? '' : `${found.failure.message}|${found.failure.advice}`).toBe(expected);
  });

  test('a name that matches several stages is rejected where exactly one is expected', () => {
    expect(unwrap(names.findOne('train@seed=1,backbone=small-cnn')).name).toBe('train@backbone=small-cnn,seed=1');
    expect(names.findOne('train@seed=1')).toEqual({
      ok: false,
      failure: {
        message: '"train@seed=1" matches 2 stages, but exactly one is expected',
        advice: 'Name one: train@backbone=small-cnn,seed=1 and train@backbone=mobilenet-v2,seed=1.',
      },
    });
  });
});
