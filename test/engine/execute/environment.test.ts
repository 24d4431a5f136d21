import { describe, expect, test } from 'vitest';
import { seesGpus, stageEnvironment } from '../../../src/engine/execute/environment.ts';

const PINNED = { TZ: 'UTC', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };

describe('the environment of a stage', () => {
  test('contains the declared variables and those that any process needs, and no others', () => {
    const undeclared = { SECRET: 'y', LD_PRELOAD: '/lib/x.so', NVIDIA_TF32_OVERRIDE: '0', CUDA_HOME: '/cuda' };
    const from = { PATH: '/bin', TOKEN: 'x', ...undeclared };
    const threads = {
      UV_THREADPOOL_SIZE: expect.stringMatching(/^\d+$/),
      PIPELINE_CORES: expect.stringMatching(/^\d+$/),
    };
    const environment = stageEnvironment(from, ['TOKEN', 'ABSENT'], []);
    expect(environment).toEqual({ PATH: '/bin', TOKEN: 'x', CUDA_VISIBLE_DEVICES: '', ...PINNED, ...threads });
  });

  test("has one time zone and locale everywhere, unless the stage declares that it wants the user's", () => {
    const from = { TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', LC_NUMERIC: 'de_DE.UTF-8' };
    expect(stageEnvironment(from, [], [])).toMatchObject(PINNED);
    expect(stageEnvironment(from, [], [])).not.toHaveProperty('LC_NUMERIC');
    expect(stageEnvironment(from, ['TZ'], [])).toMatchObject({ ...PINNED, TZ: 'Asia/Tokyo' });
  });

  test('makes only the GPUs visible that were allocated to the stage', () => {
    const from = { CUDA_VISIBLE_DEVICES: '0,1,2,3' };
    expect(stageEnvironment(from, [], ['2', '3'])['CUDA_VISIBLE_DEVICES']).toBe('2,3');
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
