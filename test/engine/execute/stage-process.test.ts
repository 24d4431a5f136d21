import { ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runInProcess } from '../../../src/engine/execute/stage-process.ts';

vi.mock('node:child_process', { spy: true });

function run() {
  const root = mkdtempSync(join(tmpdir(), 'pipeline-process-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const nothing = () => undefined;
  const stop = { grace: 0, signal: new AbortController().signal, onSaving: nothing };
  const options = { host: 'host.js', root, environment: {}, stop, onMessage: nothing, onLeftBehind: nothing };
  return runInProcess({ type: 'describe', bundles: [] }, join(root, 'request.json'), options);
}

const NOT_STARTED = {
  type: 'failed',
  failure: {
    kind: 'crashed',
    how: 'could not be started: too many processes or threads (EAGAIN)',
    advice: 'Raise the limit (ulimit -u), or run fewer stages at once (--jobs 1).',
  },
};

test('a process that the system refuses to start is a failure with advice', async () => {
  vi.mocked(spawn).mockImplementationOnce(() => {
    throw Object.assign(new Error('spawn EAGAIN'), { code: 'EAGAIN' });
  });
  expect(await run()).toMatchObject(NOT_STARTED);
});

test('so is one of which Node says so later, without any streams', async () => {
  vi.mocked(spawn).mockImplementationOnce(() => {
    const child = new ChildProcess();
    setImmediate(() => child.emit('error', Object.assign(new Error('spawn EAGAIN'), { code: 'EAGAIN' })));
    return child;
  });
  expect(await run()).toMatchObject(NOT_STARTED);
});
