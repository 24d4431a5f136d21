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
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
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

/** Who is waited for, in words. Gives up as soon as that is said. */
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
  test('says who holds it, and is gone after its release', async () => {
    const release = (await lock(path, notHeld, NEVER)) ?? expect.unreachable();
    expect(readFileSync(path, 'utf8')).toBe(ownHandle());
    expect(await whoHolds()).toBe(`process ${process.pid}`);
    release();
    expect(existsSync(path)).toBe(false);
  });

  test.each<[string, () => Handle]>([
    ['of a process that is gone', deadHandle],
    ['of a process whose id now means another process', reusedHandle],
  ])('%s is taken over', async (_whose, holder) => {
    writeFileSync(path, holder());
    expect(await lock(path, notHeld, NEVER)).toBeDefined();
  });

  test('of a living process stands, however long it does not renew it', async () => {
    writeFileSync(path, parentHandle());
    utimesSync(path, 1, 1);
    expect(await whoHolds()).toBe(`process ${process.ppid}`);
  });

  test('of a process in another container stands as long as its heartbeat renews it', async () => {
    writeFileSync(path, foreignHandle());
    utimesSync(path, 1, 1);
    expect(await whoHolds()).toBe('process 1 on elsewhere (taken over after 120 s without a sign of life)');
  });

  test('of a process in another container is taken over once its heartbeat is missing', async () => {
    writeFileSync(path, foreignHandle());
    const release = await lock(path, () => undefined, NEVER, { poll: 1, heartbeat: 1000, silence: 5 });
    expect(readFileSync(path, 'utf8')).toBe(ownHandle());
    release?.();
  });

  test('that somebody else has taken over is left alone by its release', () => {
    const release = tryLock(path) ?? expect.unreachable();
    writeFileSync(path, foreignHandle());
    release();
    expect(readFileSync(path, 'utf8')).toBe(foreignHandle());
  });

  test('that is a directory, however that came about, is no lock', async () => {
    mkdirSync(join(path, 'inner'), { recursive: true });
    utimesSync(path, 1, 1);
    (await lock(path, notHeld, NEVER))?.();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('that nobody can read is taken over even if its time lies in the future', async () => {
    writeFileSync(path, 'garbage');
    utimesSync(path, new Date(), new Date(Date.now() + 3_600_000));
    (await lock(path, notHeld, NEVER))?.();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('that is a symbolic link to nothing is no lock', async () => {
    symlinkSync('/nonexistent', path);
    (await lock(path, notHeld, NEVER))?.();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('whose breaker left something that cannot be read is taken over', async () => {
    writeFileSync(path, deadHandle());
    mkdirSync(`${path}.breaking`);
    utimesSync(`${path}.breaking`, new Date(), new Date(Date.now() + 3_600_000));
    (await lock(path, notHeld, NEVER))?.();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('whose breaker was killed, too, is taken over', async () => {
    const dead = deadHandle();
    writeFileSync(path, dead);
    writeFileSync(`${path}.breaking`, dead);
    (await lock(path, notHeld, NEVER))?.();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('is held by one of many that want it at once', async () => {
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

describe('trying to take a lock', () => {
  test('succeeds if nobody holds it, and fails at once otherwise', () => {
    const release = tryLock(path) ?? expect.unreachable();
    expect(tryLock(path)).toBeUndefined();
    release();
    expect(tryLock(path)).toBeDefined();
  });

  test('time and again takes it over from a dead holder at once, and from a foreign one after its silence', () => {
    for (const holder of [parentHandle(), foreignHandle()]) {
      writeFileSync(path, holder);
      expect(attemptLock(path, new Silence())).toEqual({ ok: false, failure: holder });
    }
    expect(attemptLock(path, silentSince(foreignHandle()))).toMatchObject({ ok: true });
    writeFileSync(path, deadHandle());
    expect(attemptLock(path, new Silence())).toMatchObject({ ok: true });
  });
});

/** Somebody who has seen no heartbeat of `path` for longer than it takes. */
function silentSince(holder: Handle): Silence {
  const silence = new Silence();
  silence.isOver(holder, statSync(path).mtimeMs, 0);
  return silence;
}

describe('silence', () => {
  const holder = foreignHandle();

  test('is measured by the clock of whoever waits, whatever time the file has', () => {
    const silence = new Silence(100);
    expect(silence.isOver(holder, 5_000_000, 0)).toBe(false);
    expect(silence.isOver(holder, 5_000_000, 99)).toBe(false);
    expect(silence.isOver(holder, 5_000_000, 100)).toBe(true);
  });

  test('begins anew with each heartbeat, and with each holder', () => {
    const silence = new Silence(100);
    silence.isOver(holder, 1, 0);
    expect(silence.isOver(holder, 2, 90)).toBe(false);
    expect(silence.isOver(holder, 2, 180)).toBe(false);
    expect(silence.isOver(foreignHandle(2), 2, 300)).toBe(false);
    expect(silence.isOver(foreignHandle(2), 2, 400)).toBe(true);
  });
});

test('people are told the job of a scheduler, where there is one', () => {
  const handle = foreignHandle(12).replace(/job=.*/, 'job=77') as Handle;
  expect(describeHandle(handle)).toBe('process 12 on elsewhere (job 77)');
});
