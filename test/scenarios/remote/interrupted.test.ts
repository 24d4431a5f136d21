import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { DISK_FULL } from '../../support/messages.ts';
import { Project } from '../../support/project.ts';
import { type Intercept, StrictServer } from '../../support/remote/strict-server.ts';
import { NO_DISK, smallDisk } from '../../support/small-disk.ts';
import { KillableRun } from '../faults/killable-run.ts';

const MEGABYTE = 1 << 20;

/** A stage that puts out three megabytes, and one that reads them. */
function project(): Project {
  return new Project({
    'pipeline.yaml': `stages:
  much: { module: stages/much.ts }
  size: { module: stages/size.ts, inputs: { file: much.file }, params: { unit: 1 } }
`,
    'stages/much.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ['file'],
  run: ({ outputs }) => writeFileSync(outputs.file, Buffer.alloc(${3 * MEGABYTE}, 1)),
});
`,
    'stages/size.ts': `import { statSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { unit: { type: 'integer' } }, required: ['unit'] },
  inputs: ['file'],
  outputs: ['size.txt'],
  run: ({ params, inputs, outputs }) => writeFileSync(outputs.size, String(statSync(inputs.file).size / params.unit)),
});
`,
  });
}

/** Resolves when a request for a large blob has come, which is answered by half of the blob and then by nothing. */
function heldTransfer(server: StrictServer, method: 'GET' | 'PUT'): Promise<void> {
  return new Promise((resolve) => {
    const hold: Intercept = (request, response) => {
      const blob = server.blobs.get((request.url ?? '').slice(-64));
      const size = method === 'GET' ? (blob?.length ?? 0) : Number(request.headers['content-length']);
      if (request.method !== method || size < MEGABYTE) return false;
      if (method === 'PUT') request.once('data', () => resolve());
      else {
        response.writeHead(200, { 'content-length': size });
        response.write(blob?.subarray(0, size / 2), () => resolve());
      }
      return true;
    };
    server.intercept = hold;
  });
}

async function killedDuring(server: StrictServer, method: 'GET' | 'PUT', { directory }: Project, args: string[]) {
  const held = heldTransfer(server, method);
  const run = new KillableRun(directory, ['--remote', server.url, ...args]);
  await held;
  run.kill();
  await run.finished;
  server.intercept = () => false;
}

/** The files of a cache that are not written completely. */
const unfinished = (cache: string) =>
  readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.tmp-'));

describe('a run that is killed', () => {
  test('while it uploads shows others nothing, and the next run uploads the rest', async () => {
    const server = await StrictServer.start();
    const [here, there] = [project(), project()];
    await killedDuring(server, 'PUT', here, []);
    for (const [digest, blob] of server.blobs) expect(sha256(blob)).toBe(digest);
    expect(server.actions.size).toBe(0);
    const elsewhere = await there.run('--remote', server.url);
    expect(elsewhere.which('ran')).toEqual(['much', 'size']);
    const again = await here.run('--remote', server.url);
    expect(again.exitCode, again.stderr).toBe(0);
  });

  test('while it downloads leaves nothing that is taken for a result, and the next run downloads it', async () => {
    const server = await StrictServer.start();
    const [here, there] = [project(), project()];
    await there.run('--remote', server.url);
    await killedDuring(server, 'GET', here, ['--set', 'size.unit=2']);
    const next = await here.run('--remote', server.url, '--set', 'size.unit=2');
    expect(next.exitCode, next.stderr).toBe(0);
    expect(next.which('cached')).toEqual(['much']);
    expect(next.which('ran')).toEqual(['size']);
    await here.pipeline('export', 'size', 'out', '--set', 'size.unit=2');
    expect(here.read('out/size.txt')).toBe(String((3 * MEGABYTE) / 2));
    await here.pipeline('cache', 'gc');
    expect(unfinished(here.path('cache'))).toEqual([]);
  });
});

describe('a full disk', () => {
  test('here ends a download with one message, and leaves nothing of it', async (context) => {
    const server = await StrictServer.start();
    const there = project();
    await there.run('--remote', server.url);
    const here = project();
    const disk = await smallDisk(here.path('small'), '2m');
    if (disk === undefined) return context.skip(NO_DISK);
    const pull = () =>
      disk.pipeline(here, 'cache', 'pull', '--remote', server.url, '--cache', join(disk.path, 'cache'));
    const full = await pull();
    expect(full.exitCode).toBe(1);
    expect(full.stderr.split(DISK_FULL)).toHaveLength(2);
    expect(full.stderr).not.toMatch(/\n\s+at .*cli\.cjs/);
    expect(unfinished(join(disk.outside, 'cache'))).toEqual([]);
    disk.remount('size=20m');
    const next = await pull();
    expect(next.exitCode, next.stderr).toBe(0);
  });

  test('at the other end leaves the run successful, and nothing there that is not complete', async (context) => {
    const here = project();
    const disk = await smallDisk(here.path('small'), '2m');
    if (disk === undefined) return context.skip(NO_DISK);
    const shared = join(disk.path, 'shared');
    const run = await disk.pipeline(here, 'run', '--json', '--remote', shared);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.which('ran')).toEqual(['much', 'size']);
    expect(run.stderr).toContain('small/shared: the disk is full');
    const blobs = readdirSync(join(disk.outside, 'shared/cas'), { recursive: true, withFileTypes: true });
    for (const blob of blobs.filter((entry) => entry.isFile()))
      expect(sha256(readFileSync(join(blob.parentPath, blob.name)))).toBe(blob.name);
    const actions = join(disk.outside, 'shared/ac/main');
    expect(readdirSync(actions)).toHaveLength(1);
  });
});
