import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gpusOf } from '../../../src/engine/execute/gpus.ts';
import { temporaryFolder } from '../../support/dataset.ts';

/** The root of a machine with these files. */
function machine(...paths: readonly string[]): string {
  const root = temporaryFolder();
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
  return root;
}

const TWO = ['dev/null', 'dev/nvidia0', 'dev/nvidia1', 'dev/nvidiactl', 'dev/nvidia-uvm'];

describe('the GPUs of a machine', () => {
  test('are none if there is no device file', () => {
    expect(gpusOf({}, machine('dev/null'))).toEqual([]);
    expect(gpusOf({ CUDA_VISIBLE_DEVICES: '0,1' }, machine('dev/null'))).toEqual([]);
  });

  test('are counted by their device files, of which a container may have only some', () => {
    expect(gpusOf({}, machine(...TWO))).toEqual(['0', '1']);
    expect(gpusOf({}, machine('dev/nvidia5', 'proc/driver/nvidia/gpus/a/x', 'proc/driver/nvidia/gpus/b/x'))).toEqual([
      '0',
    ]);
  });

  test('are counted by the driver information if it has not created device files yet', () => {
    expect(gpusOf({}, machine('proc/driver/nvidia/gpus/0000:01:00.0/information'))).toEqual(['0']);
  });

  test.each([
    ['', []],
    ['-1', []],
    ['1', ['1']],
    ['1,0', ['1', '0']],
    ['1, -1, 0', ['1']],
    ['0,7', ['0']],
    ['GPU-8932f937-d72c,1', ['GPU-8932f937-d72c', '1']],
    ['MIG-GPU-1/0/0', ['MIG-GPU-1/0/0']],
    ['none', []],
  ])('are restricted to those in CUDA_VISIBLE_DEVICES=%j', (visible, expected) => {
    expect(gpusOf({ CUDA_VISIBLE_DEVICES: visible }, machine(...TWO))).toEqual(expected);
  });
});
