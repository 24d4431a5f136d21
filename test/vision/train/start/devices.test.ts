import { describe, expect, test } from 'vitest';
import {
  executionProblems,
  gpuProblems,
  towerDevices,
  visibleGpus,
} from '../../../../src/vision/train/start/devices.ts';

const plain = { towers: 1, precision: 'float32', xla: false, execution: 'graph' } as const;

const lines = (problems: readonly { readonly message: string; readonly advice?: string }[]) =>
  problems.map(({ message, advice }) => `${message} — ${advice}`);

describe('before anything is loaded', () => {
  test.each([
    [2, 0, 'has no GPU', 1],
    [2, 1, 'has 1 GPU', 1],
    [4, 3, 'has 3 GPUs', 3],
  ])('%i towers on %i GPUs are refused', (towers, gpus, found, fewer) => {
    expect(lines(gpuProblems({ ...plain, towers }, gpus))).toEqual([
      `towers is ${towers}, but the stage ${found} — Set resources: { gpu: ${towers} } for the stage, on a machine that ` +
        `has them, or towers to ${fewer}.`,
    ]);
  });

  test('mixed_float16 without a GPU is refused', () => {
    expect(lines(gpuProblems({ ...plain, precision: 'mixed_float16' }, 0))).toEqual([
      'precision is mixed_float16, which only GPUs compute, but the stage has no GPU — Set resources: { gpu: 1 } for the ' +
        'stage, on a machine that has them, or precision to mixed_bfloat16 or float32.',
    ]);
  });

  test('as many GPUs as towers, and one tower anywhere, are accepted', () => {
    expect(gpuProblems({ ...plain, towers: 2, precision: 'mixed_float16' }, 2)).toEqual([]);
    expect(gpuProblems(plain, 0)).toEqual([]);
  });

  test('what only graphs have is refused with execution: eager', () => {
    expect(lines(executionProblems({ ...plain, execution: 'eager', precision: 'mixed_bfloat16', xla: true }))).toEqual([
      'precision is mixed_bfloat16, which execution: eager does not support — Set execution to graph, or precision to float32.',
      'xla is true, which execution: eager does not support — Set execution to graph, or xla to false.',
    ]);
  });
});

test('the GPUs of a stage are those that the run has allocated to it', () => {
  expect([{}, { CUDA_VISIBLE_DEVICES: '' }, { CUDA_VISIBLE_DEVICES: '1,3' }].map(visibleGpus)).toEqual([0, 0, 2]);
});

test('each of several towers has a GPU of its own', () => {
  expect(towerDevices({ towers: 1 })).toEqual(['']);
  expect(towerDevices({ towers: 2 })).toEqual(['/device:GPU:0', '/device:GPU:1']);
});
