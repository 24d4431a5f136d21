import { describe, expect, test } from 'vitest';
import { StageNames } from '../../../src/engine/plan/stage-names.ts';
import { unwrap } from '../../support/result.ts';
import { plan, TRAIN } from './matrix-stages.ts';

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
