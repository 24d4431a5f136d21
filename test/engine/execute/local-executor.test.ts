import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { ResourceRequest, StageEnd, StageMessage, StageRequest } from '../../../src/engine/execute/executor.ts';
import { GpuLocks } from '../../../src/engine/execute/gpu-locks.ts';
import { LocalExecutor } from '../../../src/engine/execute/local-executor.ts';
import type { MachineServices } from '../../../src/engine/execute/machine-services.ts';
import { ResourcePool } from '../../../src/engine/execute/resources.ts';
import { parentHandle } from '../../support/handles.ts';

const NEVER = new AbortController().signal;
let directory: string;
let executor: LocalExecutor;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pipeline-executor-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  // One stage at a time, and one GPU.
  const pool = new ResourcePool(() => ({ jobs: 1, cpu: 1, memory: 1, gpu: 1 }));
  executor = new LocalExecutor({} as MachineServices, pool, new GpuLocks(directory, () => ['0']), 1);
});

/** Runs a stage whose `mayStart` returns false, so that everything before the start is real. */
function ask(gpu: number, onMessage: (message: StageMessage) => void = () => undefined, signal = NEVER) {
  const wish: ResourceRequest = {
    ...{ cpu: 1, memory: 1, gpu, priority: 0 },
    mayStart: async () => false,
    beforeRelease: async () => undefined,
  };
  return executor.run({} as StageRequest, wish, onMessage, signal);
}

const holdGpu = () => writeFileSync(join(directory, '0.lock'), parentHandle());
const notStarted: StageEnd = { type: 'not-started' };

test('a stage that must not start releases its resources', async () => {
  for (let count = 0; count < 3; count++) expect(await ask(1)).toEqual(notStarted);
});

test('a stage that waits for a GPU of another run reports that once, and holds no resources meanwhile', async () => {
  holdGpu();
  const messages: StageMessage[] = [];
  let waiting: Promise<StageEnd> | undefined;
  await new Promise<void>((resolve) => {
    waiting = ask(1, (message) => {
      messages.push(message);
      resolve();
    });
  });
  // The only place and all of the memory are free for others.
  for (let count = 0; count < 5; count++) expect(await ask(0)).toEqual(notStarted);
  rmSync(join(directory, '0.lock'));
  expect(await waiting).toEqual(notStarted);
  expect(messages).toEqual([{ type: 'waiting', for: 'gpus', holder: `process ${process.ppid}` }]);
});

test('a stage stops waiting when the run is cancelled', async () => {
  holdGpu();
  const cancel = new AbortController();
  expect(await ask(1, () => cancel.abort(), cancel.signal)).toEqual({ type: 'cancelled' });
});
