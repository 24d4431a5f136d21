import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../support/dataset.ts';
import type { Project } from '../../support/project.ts';
import { hasNginx, hasVersitygw, startNginx, startVersitygw } from '../../support/remote/real-servers.ts';
import { StrictServer } from '../../support/remote/strict-server.ts';
import { toy } from '../cli/toy-pipeline.ts';

type Environment = Readonly<Record<string, string>>;

/** Two clones of a project, each with a cache and a user of its own. */
async function clones(environment: Environment = {}) {
  const [first, second] = [toy(), toy()].map((project) => asUser(project, environment));
  return { first: first ?? expect.unreachable(), second: second ?? expect.unreachable() };
}

function asUser(project: Project, environment: Environment) {
  const home = temporaryFolder();
  const own = { XDG_CACHE_HOME: join(home, 'cache'), XDG_STATE_HOME: join(home, 'state'), ...environment };
  const pipeline = (...args: string[]) => project.pipelineWith(own, ...args);
  return { project, pipeline, run: (...args: string[]) => pipeline('run', '--json', ...args) };
}

const ALL = ['read', 'shout', 'count', 'join'];
const KINDS: readonly {
  name: string;
  isThere: boolean;
  start: () => Promise<{ url: string; environment: Environment }>;
}[] = [
  { name: 'a folder', isThere: true, start: async () => ({ url: temporaryFolder(), environment: {} }) },
  {
    name: 'a strict HTTP cache',
    isThere: true,
    start: async () => ({ url: (await StrictServer.start()).url, environment: {} }),
  },
  { name: 'nginx', isThere: hasNginx, start: () => stopped(startNginx()) },
  { name: 'an S3 service', isThere: hasVersitygw, start: () => stopped(startVersitygw()) },
];

async function stopped<Server extends { stop(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
  const server = await starting;
  onTestFinished(() => server.stop());
  return server;
}

describe.each(KINDS.filter(({ isThere }) => isThere))('two clones that share $name', ({ start }) => {
  test('compute everything once, and have the same results', async () => {
    const { url, environment } = await start();
    const { first, second } = await clones({ ...environment, PIPELINE_REMOTE: url });
    const there = await first.run();
    expect(there.which('ran')).toEqual(ALL);
    expect(there.stderr).toContain('remote cache: 4 uploaded');
    const here = await second.run();
    expect(here.which('cached')).toEqual(ALL);
    expect(here.stages.map(({ outputs }) => outputs)).toEqual(there.stages.map(({ outputs }) => outputs));
    expect(here.stderr).toContain('remote cache: 4 results found (nothing to download');
    const exported = await second.pipeline('export', 'join', 'out');
    expect(exported.exitCode).toBe(0);
    expect(second.project.read('out/both/left.txt')).toBe('hello ONE TWO\nTHREE');
    expect(there.stderr + here.stderr).not.toMatch(/ci:secret|not-a-secret/);
  });
});

describe('a run with a remote cache', () => {
  test('downloads only what a stage that really runs reads', async () => {
    const { first, second } = await clones({ PIPELINE_REMOTE: temporaryFolder() });
    await first.run();
    const { which, stderr } = await second.run('--set', 'greeting=hi');
    expect(which('ran')).toEqual(['shout', 'join']);
    expect(stderr).toMatch(/2 results found \(\d+ B downloaded/);
    expect(readdirSync(second.project.path('cache/objects'))).toHaveLength(4);
  });

  test('is looked at by "inspect" without its content, until "cache pull" has brought it', async () => {
    const { first, second } = await clones({ PIPELINE_REMOTE: temporaryFolder() });
    await first.run();
    const { exitCode, stdout } = await second.pipeline('inspect', 'count');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^count\.count {2}[0-9a-f]{12}\n\d+ B, in the remote cache$/m);
    expect(stdout).toContain('pipeline cache pull count');
    expect(stdout).toMatch(/^ +stage +count/m);
    expect(existsSync(second.project.path('cache/objects'))).toBe(false);
    await second.pipeline('cache', 'pull', 'count');
    expect((await second.pipeline('inspect', 'count')).stdout).not.toContain('in the remote cache');
  });

  test('sends no request when everything is on this machine', async () => {
    const server = await StrictServer.start();
    const { first } = await clones({ PIPELINE_REMOTE: server.url });
    await first.run();
    const before = server.requests.length;
    const { which, stderr } = await first.run();
    expect(which('cached')).toEqual(ALL);
    expect(server.requests).toHaveLength(before);
    expect(stderr).not.toContain('remote cache');
  });

  test('does without it with --offline, and uploads nothing with --no-upload', async () => {
    const server = await StrictServer.start();
    const { first } = await clones({ PIPELINE_REMOTE: server.url });
    expect((await first.run('--offline')).exitCode).toBe(0);
    expect(server.requests).toEqual([]);
    expect((await first.run('--force', '--no-upload')).exitCode).toBe(0);
    expect(server.requests.filter((request) => request.startsWith('PUT'))).toEqual([]);
  });

  test('runs everything here, and says so once, if nothing answers', async () => {
    const { first } = await clones({ PIPELINE_REMOTE: 'http://127.0.0.1:9/' });
    const { exitCode, which, stderr } = await first.run();
    expect(exitCode).toBe(0);
    expect(which('ran')).toEqual(ALL);
    expect(stderr.match(/nothing answers at 127\.0\.0\.1:9; it is not used again in this run/g)).toHaveLength(1);
  });

  test('takes an address in the pipeline file, relative to it', async () => {
    const { first, second } = await clones();
    for (const { project } of [first, second])
      project.write('pipeline.yaml', `remote: ./shared\n${project.read('pipeline.yaml')}`);
    await first.run();
    cpSync(first.project.path('shared'), second.project.path('shared'), { recursive: true });
    expect((await second.run()).which('cached')).toEqual(ALL);
  });

  test.each([
    ['ftp://host/path', 'the remote cache (--remote) cannot be reached by "ftp:"'],
    ['https://', 'the address of the remote cache (--remote) is not valid'],
    ['s3://', 'the address of the remote cache (--remote) '],
  ])('refuses the address %s', async (address, message) => {
    const { first } = await clones();
    const { exitCode, stderr } = await first.run('--remote', address);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  test('refuses credentials in the pipeline file, and does not repeat them', async () => {
    const { first } = await clones();
    first.project.write('pipeline.yaml', `remote: https://ci:hunter2@host/\n${first.project.read('pipeline.yaml')}`);
    const { exitCode, stderr } = await first.run();
    expect(exitCode).toBe(2);
    expect(stderr).toContain('the address of the remote cache (remote in pipeline.yaml) has credentials in it');
    expect(stderr).not.toContain('hunter2');
  });
});

describe('the results of another clone', () => {
  test('are inspected and exported without running a stage', async () => {
    const { first, second } = await clones({ PIPELINE_REMOTE: temporaryFolder() });
    await first.run();
    const { exitCode, stdout } = await second.pipeline('inspect', 'count.count');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('words');
  });

  test('are recomputed if somebody has changed them', async () => {
    const shared = temporaryFolder();
    const { first, second } = await clones({ PIPELINE_REMOTE: shared });
    await first.run();
    rmSync(join(shared, 'cas'), { recursive: true });
    expect((await second.run()).which('ran')).toEqual(ALL);
    expect(existsSync(join(shared, 'cas'))).toBe(true);
  });
});
