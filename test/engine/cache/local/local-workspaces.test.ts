import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { LocalWorkspaces } from '../../../../src/engine/cache/local/local-workspaces.ts';
import { type ActionKey, sha256 } from '../../../../src/engine/fingerprint/digest.ts';
import { foreignHandle } from '../../../support/handles.ts';
import { unwrap } from '../../../support/result.ts';

const KEY = sha256('key') as string as ActionKey;
const NEVER = new AbortController().signal;
const nobody = () => expect.unreachable('nobody should hold the claim');
let cache: string;
let workspaces: LocalWorkspaces;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'pipeline-claims-'));
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
  workspaces = new LocalWorkspaces(cache);
});

const claim = async () => unwrap(await workspaces.claim(KEY, false, nobody, NEVER));

describe('a claim on an action', () => {
  test('lets one run at a time compute the action, and names the holder to others', async () => {
    const first = await claim();
    let second: ReturnType<LocalWorkspaces['claim']> | undefined;
    const holder = await new Promise<string>((resolve) => {
      second = workspaces.claim(KEY, false, resolve, NEVER);
    });
    expect(holder).toBe(`process ${process.pid}`);
    first.release(false);
    unwrap((await second) ?? expect.unreachable()).release(false);
  });

  test('can be tried without waiting', async () => {
    const first = unwrap(workspaces.tryClaim(KEY, false)) ?? expect.unreachable();
    expect(workspaces.directoriesOf(KEY)).toEqual({ work: first.work, scratch: first.scratch });
    expect(workspaces.tryClaim(KEY, false)).toEqual({ ok: true, value: undefined });
    first.release(false);
    expect(unwrap(workspaces.tryClaim(KEY, false))).toBeDefined();
  });

  test('is no longer waited for once the run is cancelled', async () => {
    const first = await claim();
    const cancel = new AbortController();
    const second = workspaces.claim(KEY, false, () => cancel.abort(), cancel.signal);
    expect(await second).toEqual({ ok: false, failure: 'cancelled' });
    first.release(false);
  });

  test('is not taken over from a run in another container', async () => {
    (await claim()).release(false);
    writeFileSync(join(cache, 'work', `${KEY}.lock`), foreignHandle());
    expect(workspaces.tryClaim(KEY, false)).toEqual({ ok: true, value: undefined });
  });
});

describe('the directories of a claim', () => {
  test('keep the work of a killed run to resume from, but not its unfinished outputs', async () => {
    const first = await claim();
    writeFileSync(join(first.work, 'checkpoint'), '1');
    writeFileSync(join(first.scratch, 'half'), '1');
    first.release(false);
    const second = await claim();
    expect(readdirSync(second.work)).toEqual(['checkpoint']);
    expect(readdirSync(second.scratch)).toEqual([]);
    second.release(false);
  });

  test('may lack the work directory if the stage has deleted it', async () => {
    const first = await claim();
    rmSync(first.work, { recursive: true });
    first.release(false);
    expect(existsSync(join(cache, 'work', KEY))).toBe(false);
  });

  test('are removed once the action is finished', async () => {
    const first = await claim();
    writeFileSync(join(first.work, 'checkpoint'), '1');
    first.release(true);
    expect(readdirSync(join(cache, 'work'))).toEqual([]);
  });
});
