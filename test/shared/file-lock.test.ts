import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, uptime } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { attemptLock, lock, Silence, tryLock } from '../../src/shared/file-lock.ts';
import { describeHandle, type Handle, ownHandle } from '../../src/shared/holder.ts';
import { deadHandle, foreignHandle, parentHandle, reusedHandle } from '../support/handles.ts';

const NEVER = new AbortController().signal;
const notHeld = () => expect.unreachable('it is not held');
let path: string;

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'pipeline-lock-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  path = join(directory, 'key.lock');
});

/** Returns the description of the holder that `lock` waits for, and stops waiting. */
async function whoHolds(): Promise<string> {
  const cancel = new AbortController();
  let holder = '';
  const waiting = (who: string) => {
    holder = who;
    cancel.abort();
  };
  expect(await lock(path, waiting, cancel.signal)).toBeUndefined();
  return holder;
}

describe('a lock', () => {
  test('names its holder, and is deleted on release', async () => {
    const release = (await lock(path, notHeld, NEVER)) ?? expect.unreachable();
    expect(readFileSync(path, 'utf8')).toBe(ownHandle());
    expect(await whoHolds()).toBe(`process ${process.pid}`);
    release();
    expect(existsSync(path)).toBe(false);
  });

  test.each<[string, () => Handle]>([
    ['of a process that has ended', deadHandle],
    ['of a process whose id is now used by another process', reusedHandle],
  ])('a lock %s is taken over', async (_whose, holder) => {
    writeFileSync(path, holder());
    expect(await lock(path, notHeld, NEVER)).toBeDefined();
  });

  test('a lock of a live process is respected, however long its heartbeat is missing', async () => {
    writeFileSync(path, parentHandle());
    utimesSync(path, 1, 1);
    expect(await whoHolds()).toBe(`process ${process.ppid}`);
  });

  test('a lock of a process in another container is respected as long as its heartbeat renews it', async () => {
    writeFileSync(path, foreignHandle());
    utimesSync(path, 1, 1);
    expect(await whoHolds()).toBe('process 1 on elsewhere (taken over after 120 s without a heartbeat)');
  });

  test('a lock of a process in another container is taken over once its heartbeat is missing', async () => {
    writeFileSync(path, foreignHandle());
    const release = await lock(path, () => undefined, NEVER, { poll: 1, heartbeat: 1000, silence: 5 });
    expect(readFileSync(path, 'utf8')).toBe(ownHandle());
    release?.();
  });

  test('a lock that another process has taken over is not deleted on release', () => {
    const release = tryLock(path) ?? expect.unreachable();
    writeFileSync(path, foreignHandle());
    release();
    expect(readFileSync(path, 'utf8')).toBe(foreignHandle());
  });

  test('a directory at the path of a lock does not count as one', async () => {
    mkdirSync(join(path, 'inner'), { recursive: true });
    utimesSync(path, 1, 1);
    (await lock(path, notHeld, NEVER))?.();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('is taken over if it is unreadable, even if its modification time is in the future', async () => {
    writeFileSync(path, 'garbage');
    utimesSync(path, new Date(), new Date(Date.now() + 3_600_000));
    (await lock(path, notHeld, NEVER))?.();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('is taken over if it is a dangling symbolic link', async () => {
    symlinkSync('/nonexistent', path);
    (await lock(path, notHeld, NEVER))?.();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('is taken over even if another process left an unreadable `.breaking` file', async () => {
    writeFileSync(path, deadHandle());
    mkdirSync(`${path}.breaking`);
    utimesSync(`${path}.breaking`, new Date(), new Date(Date.now() + 3_600_000));
    (await lock(path, notHeld, NEVER))?.();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('is taken over even if a process was killed while taking it over', async () => {
    const dead = deadHandle();
    writeFileSync(path, dead);
    writeFileSync(`${path}.breaking`, dead);
    (await lock(path, notHeld, NEVER))?.();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('is held by only one of many processes that want it at the same time', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const release = await lock(path, () => undefined, NEVER);
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
        release?.();
      }),
    );
    expect(most).toBe(1);
  });
});

test.each([
  '1',
  '{"pid":1}',
  ...['1', '-1', '0', '9999999999'].map((pid) => ownHandle().replace(/pid=\d+/, `pid=${pid}`)),
])('no process is signalled because of what is in a lock: %s', (text) => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  onTestFinished(() => void kill.mockRestore());
  writeFileSync(path, text);
  writeFileSync(`${path}.breaking`, text);
  attemptLock(path, new Silence());
  expect(kill.mock.calls.filter(([, signal]) => signal !== 0)).toEqual([]);
});

describe('a lock of an earlier boot', () => {
  const earlier = () => ownHandle().replace(/boot=[\w-]*/, 'boot=1-2') as Handle;
  const bootTime = () => Date.now() / 1000 - uptime();

  test('of this machine is free at once', () => {
    writeFileSync(path, earlier());
    utimesSync(path, bootTime() - 60, bootTime() - 60);
    // In a container, no machine can be told from another.
    expect(attemptLock(path, new Silence()).ok).toBe(machineOf(ownHandle()) !== '');
  });

  test.each<[string, (handle: string) => string, number]>([
    ['of another machine', (handle) => handle.replace(/machine=\w*/, 'machine=other'), -60],
    ['of a machine that is not known', (handle) => handle.replace(/machine=\w*/, 'machine='), -60],
    ['of this machine that has been renewed since', (handle) => handle, 60],
  ])('%s is waited for until its heartbeat is missing', (_whose, holder, seconds) => {
    writeFileSync(path, holder(earlier()));
    utimesSync(path, bootTime() + seconds, bootTime() + seconds);
    expect(attemptLock(path, new Silence()).ok).toBe(false);
  });
});

function machineOf(handle: Handle): string {
  return /machine=(\w*)/.exec(handle)?.[1] ?? '';
}

describe('trying to take a lock', () => {
  test('succeeds if no process holds it, and fails immediately otherwise', () => {
    const release = tryLock(path) ?? expect.unreachable();
    expect(tryLock(path)).toBeUndefined();
    release();
    expect(tryLock(path)).toBeDefined();
  });

  test('repeatedly takes it over from a dead holder at once, and from one elsewhere after its heartbeat is missing', () => {
    for (const holder of [parentHandle(), foreignHandle()]) {
      writeFileSync(path, holder);
      expect(attemptLock(path, new Silence())).toEqual({ ok: false, failure: holder });
    }
    expect(attemptLock(path, silentSince(foreignHandle()))).toMatchObject({ ok: true });
    writeFileSync(path, deadHandle());
    expect(attemptLock(path, new Silence())).toMatchObject({ ok: true });
  });
});

/** A waiter that has seen no heartbeat of `path` for longer than the limit. */
function silentSince(holder: Handle): Silence {
  const silence = new Silence();
  silence.isOver(holder, statSync(path).mtimeMs, 0);
  return silence;
}

describe('a missing heartbeat', () => {
  const holder = foreignHandle();

  test('is measured by the clock of the waiting machine, whatever time the file has', () => {
    const silence = new Silence(100);
    expect(silence.isOver(holder, 5_000_000, 0)).toBe(false);
    expect(silence.isOver(holder, 5_000_000, 99)).toBe(false);
    expect(silence.isOver(holder, 5_000_000, 100)).toBe(true);
  });

  test('is measured again from each heartbeat and each new holder', () => {
    const silence = new Silence(100);
    silence.isOver(holder, 1, 0);
    expect(silence.isOver(holder, 2, 90)).toBe(false);
    expect(silence.isOver(holder, 2, 180)).toBe(false);
    expect(silence.isOver(foreignHandle(2), 2, 300)).toBe(false);
    expect(silence.isOver(foreignHandle(2), 2, 400)).toBe(true);
  });
});

test('the description of a holder includes the job of a scheduler, if there is one', () => {
  const handle = foreignHandle(12).replace(/job=.*/, 'job=77') as Handle;
  expect(describeHandle(handle)).toBe('process 12 on elsewhere (job 77)');
});
