import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { GpuLocks, gpuLockDirectory } from '../../../src/engine/execute/gpu-locks.ts';
import { deadHandle, foreignHandle, parentHandle } from '../../support/handles.ts';
import { unwrap } from '../../support/result.ts';

let directory: string;
let gpus: GpuLocks;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pipeline-gpus-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  gpus = new GpuLocks(directory, () => ['0', '1', '2']);
});

/** As another run on this machine would hold it. */
const heldBy = (holder: string, name: string) => writeFileSync(join(directory, `${name}.lock`), holder);

describe('the locks of the GPUs of a machine', () => {
  test('allocate GPUs in order, each to one stage, and again once they are released', () => {
    const [first, second] = [unwrap(gpus.take(2)), unwrap(gpus.take(1))];
    expect([first.names, second.names]).toEqual([['0', '1'], ['2']]);
    expect(gpus.take(1).ok).toBe(false);
    first.giveBack();
    expect(unwrap(gpus.take(1)).names).toEqual(['0']);
  });

  test('divide the GPUs among the runs on the machine', () => {
    heldBy(parentHandle(), '0');
    expect(unwrap(gpus.take(2)).names).toEqual(['1', '2']);
  });

  test('are taken all together or not at all, so that two runs never deadlock with half of the GPUs each', () => {
    heldBy(parentHandle(), '1');
    expect(gpus.take(3)).toEqual({ ok: false, failure: `process ${process.ppid}` });
    expect(readdirSync(directory)).toEqual(['1.lock']);
  });

  test('are free if a killed run held them, but not if another container holds them', () => {
    heldBy(deadHandle(), '0');
    heldBy(foreignHandle(), '1');
    expect(unwrap(gpus.take(2)).names).toEqual(['0', '2']);
  });

  test('divide the GPUs only within the run if no lock can be written', () => {
    writeFileSync(join(directory, 'file'), '');
    const alone = new GpuLocks(join(directory, 'file'), () => ['0', '1']);
    const first = unwrap(alone.take(1));
    expect(unwrap(alone.take(1)).names).toEqual(['1']);
    expect(alone.take(1).ok).toBe(false);
    first.giveBack();
    expect(unwrap(alone.take(1)).names).toEqual(['0']);
  });

  test('are not taken for a stage that requests no GPU', () => {
    expect(unwrap(gpus.take(0)).names).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
  });
});

test('all runs of a user use the same folder for the GPU locks', () => {
  expect(gpuLockDirectory({ XDG_RUNTIME_DIR: '/run/user/7' })).toBe('/run/user/7/pipeline-gpus');
  expect(gpuLockDirectory({})).toBe(join(tmpdir(), `pipeline-gpus-${process.getuid?.()}`));
});
