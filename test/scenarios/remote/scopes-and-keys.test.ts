import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { createKeys } from '../../../src/engine/trust/signatures.ts';
import { StrictServer } from '../../support/remote/strict-server.ts';
import { toy } from '../cli/toy-pipeline.ts';

const ALL = ['read', 'shout', 'count', 'join'];
const [main, pulls] = [createKeys(), createKeys()];

let server: StrictServer;

beforeEach(async () => {
  server = await StrictServer.start();
});

/** A clone on a fresh machine, with these variables. */
function clone(environment: Readonly<Record<string, string>> = {}) {
  const project = toy();
  const home = mkdtempSync(join(tmpdir(), 'pipeline-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const keys = `[{ key: "${main.publicKey}" }, { key: "${pulls.publicKey}", scopes: [pr-7] }]`;
  project.write('pipeline.yaml', `remote: { url: "${server.url}", keys: ${keys} }\n${project.read('pipeline.yaml')}`);
  const own = { XDG_CACHE_HOME: join(home, 'cache'), XDG_STATE_HOME: join(home, 'state'), ...environment };
  return { project, run: (...args: string[]) => project.pipelineWith(own, 'run', '--json', ...args) };
}

const onMain = { PIPELINE_REMOTE_KEY: main.privateKey };
const onPull = { PIPELINE_REMOTE_KEY: pulls.privateKey, PIPELINE_REMOTE_SCOPE: 'pr-7' };

describe('scopes', () => {
  test('let a pull request use what main has computed', async () => {
    await clone(onMain).run();
    expect((await clone(onPull).run()).which('cached')).toEqual(ALL);
  });

  test('keep what a pull request has written from main, even if it is the first to compute it', async () => {
    const pull = await clone(onPull).run();
    expect(pull.stderr).toContain('4 uploaded');
    expect((await clone(onPull).run()).which('cached'), 'the pull request itself finds it').toEqual(ALL);
    const { which, stderr } = await clone(onMain).run();
    expect(which('ran')).toEqual(ALL);
    expect(stderr).not.toContain('warning');
  });

  test('are of no use to somebody who copies entries into that of main', async () => {
    const { stages } = await clone(onPull).run();
    for (const { key } of stages) {
      const entry = server.actions.get(sha256(`pr-7\0${key}`)) ?? expect.unreachable();
      server.actions.set(sha256(`main\0${key}`), entry);
    }
    const { which, stderr } = await clone(onMain).run();
    expect(which('ran')).toEqual(ALL);
    expect(stderr).toContain('is not signed by a key that the pipeline file lists for it');
    expect((await clone(onMain).run()).which('cached'), 'main has replaced them').toEqual(ALL);
  });

  test('are told apart on a server that does not know them', async () => {
    await clone(onMain).run();
    const before = new Set(server.actions.keys());
    await clone(onPull).run('--force');
    expect([...server.actions.keys()].filter((key) => before.has(key))).toHaveLength(before.size);
    expect(server.actions.size).toBe(2 * before.size);
  });
});

describe('signed results', () => {
  test('are believed without a warning, and get into pipeline.lock', async () => {
    await clone(onMain).run();
    const { project, run } = clone();
    const { stderr, which } = await run();
    expect(which('cached')).toEqual(ALL);
    expect(stderr).not.toContain('not computed by you');
    expect(project.exists('pipeline.lock')).toBe(true);
    expect((await run('--offline', '--dry-run')).which('would-run'), 'nothing was downloaded').toEqual(ALL);
  });

  test('are no longer believed, not even in the local cache, once their key is not listed any more', async () => {
    await clone(onMain).run();
    const { project, run } = clone();
    await run('--set', 'greeting=hi', '--no-upload');
    project.write('pipeline.yaml', project.read('pipeline.yaml').replace(`{ key: "${main.publicKey}" }, `, ''));
    const { stderr } = await run('--offline', '--until', 'count', '--set', 'greeting=hi');
    expect(stderr).toContain('the results of read, count in the cache were not computed by you');
  });

  test('are not uploaded without the private key, and nobody is bothered with that', async () => {
    const { run } = clone();
    const { exitCode, stderr } = await run();
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain('uploaded');
    expect(server.requests.filter((request) => request.startsWith('PUT'))).toEqual([]);
  });

  test('need a valid key', async () => {
    const { exitCode, stderr } = await clone({ PIPELINE_REMOTE_KEY: 'ed25519-private:MTIzNDU2' }).run();
    expect(exitCode).toBe(2);
    expect(stderr).toContain('PIPELINE_REMOTE_KEY is not a private key');
    expect(stderr).not.toContain('MTIzNDU2');
  });

  test('appear with a key that "cache keygen" creates, which nobody else can read', async () => {
    const { project } = clone();
    const { exitCode, stdout } = await project.pipeline('cache', 'keygen', 'ci.key');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^public key: ed25519:[\w+/]{43}=$/m);
    expect(stdout).not.toContain(readFileSync(project.path('ci.key'), 'utf8').trim());
    expect((await project.pipeline('cache', 'keygen', 'ci.key')).exitCode).toBe(2);
  });
});
