import { describe, expect, test } from 'vitest';
import { seesGpus, stageEnvironment } from '../../../src/engine/execute/environment.ts';

describe('the environment of a stage', () => {
  test('contains the declared variables and those that any process needs, and no others', () => {
    const from = { PATH: '/bin', LC_ALL: 'C', TOKEN: 'x', SECRET: 'y' };
    const { UV_THREADPOOL_SIZE: _, ...environment } = stageEnvironment(from, ['TOKEN', 'ABSENT'], []);
    expect(environment).toEqual({ PATH: '/bin', LC_ALL: 'C', TOKEN: 'x', CUDA_VISIBLE_DEVICES: '' });
  });

  test('makes only the GPUs visible that were allocated to the stage', () => {
    const from = { CUDA_VISIBLE_DEVICES: '0,1,2,3', CUDA_HOME: '/cuda' };
    expect(stageEnvironment(from, [], ['2', '3'])).toMatchObject({
      CUDA_VISIBLE_DEVICES: '2,3',
      CUDA_HOME: '/cuda',
    });
    expect(stageEnvironment(from, [], [])['CUDA_VISIBLE_DEVICES']).toBe('');
  });

  test('passes CUDA_VISIBLE_DEVICES unchanged to a stage that declares it', () => {
    const from = { CUDA_VISIBLE_DEVICES: '0,1' };
    expect(stageEnvironment(from, ['CUDA_VISIBLE_DEVICES'], ['1'])['CUDA_VISIBLE_DEVICES']).toBe('0,1');
  });
});

describe('the visibility of GPUs to a stage', () => {
  test.each([
    [{ env: [], resources: {} }, false],
    [{ env: [], resources: { gpu: 0 } }, false],
    [{ env: [], resources: { gpu: 2 } }, true],
    [{ env: ['CUDA_VISIBLE_DEVICES'], resources: {} }, true],
  ])('GPUs are visible to a stage with the declaration %j: %j', (stage, expected) => {
    expect(seesGpus(stage)).toBe(expected);
  });
});
