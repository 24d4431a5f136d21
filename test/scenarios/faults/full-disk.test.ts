import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { download } from '../../../src/vision/download/download.ts';
import { FileServer, whole } from '../../support/file-server.ts';
import { DISK_FULL } from '../../support/messages.ts';
import { Project } from '../../support/project.ts';
import { NO_DISK, type SmallDisk, smallDisk } from '../../support/small-disk.ts';
import { sample } from '../../support/soak.ts';
import { toy } from '../cli/toy-pipeline.ts';

/** A pipeline with a stage that writes ten bytes and a downstream one that writes this number of bytes. */
function writer(bytes: number): Project {
  return new Project({
    'pipeline.yaml': `stages:
  little: { module: stages/write.ts, params: { bytes: 10 } }
  much: { module: stages/write.ts, params: { bytes: ${bytes} }, inputs: { before: little.file } }
`,
    'stages/write.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { bytes: { type: 'integer' } }, required: ['bytes'] },
  inputs: ['before?'],
  outputs: ['file'],
  run({ params, outputs }) {
    writeFileSync(outputs.file, Buffer.alloc(params.bytes, 1));
  },
});
`,
  });
}

/** A PNG file of one pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Fills a disk except for some kilobytes. */
function fill(disk: SmallDisk, leave: number): void {
  const { bavail, bsize } = statfsSync(disk.outside);
  writeFileSync(join(disk.outside, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - (leave << 10))));
}

function temporaryFilesOn(disk: SmallDisk): string[] {
  return readdirSync(disk.outside, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.tmp-'));
}

describe('a full disk', () => {
  test('fails the stage with a message and keeps finished results, so that the next run resumes once there is space', async (context) => {
    const project = writer(3 << 20);
    const disk = await smallDisk(project.path('small'), '2m');
    if (disk === undefined) return context.skip(NO_DISK);
    const run = () => disk.pipeline(project, 'run', '--json', '--cache', join(disk.path, 'cache'));
    const full = await run();
    expect(full.exitCode).toBe(1);
    expect(full.which('ran')).toEqual(['little']);
    expect(full.which('failed')).toEqual(['much']);
    expect(full.stderr).toContain(DISK_FULL);
    expect(full.stderr).toContain(join(disk.path, 'cache'));
    expect(full.stderr).toContain('Free some disk space (pipeline cache gc), or move the cache: --cache DIR.');
    expect(full.stderr).not.toMatch(/\n\s+at .*cli\.cjs/);
    expect(readdirSync(join(disk.outside, 'cache/actions')).length).toBe(1);
    disk.remount('size=20m');
    const next = await run();
    expect(next.exitCode, next.stderr).toBe(0);
    expect(next.which('cached')).toEqual(['little']);
    expect(next.which('ran')).toEqual(['much']);
  });

  // The size determines what no longer fits: the mark, a lock, a bundle, an output, a record or the index.
  test.for(sample([4, 16, 28, 40, 52, 64, 76, 88, 100], 2))(
    'a full disk of %i KB fails the run with a message whatever does not fit, and leaves no temporary files',
    async (size, context) => {
      const project = toy();
      const disk = await smallDisk(project.path('small'), `${size}k`);
      if (disk === undefined) return context.skip(NO_DISK);
      const run = () => disk.pipeline(project, 'run', '--json', '--cache', join(disk.path, 'cache'));
      const full = await run();
      if (full.exitCode !== 0) {
        expect(full.exitCode).toBe(1);
        expect(full.stderr).toContain(DISK_FULL);
        expect(full.stderr).not.toMatch(/\n\s+at .*cli\.cjs/);
      }
      const before = full.which('ran');
      disk.remount('size=20m');
      const next = await run();
      expect(next.exitCode, next.stderr).toBe(0);
      expect(next.which('cached')).toEqual(before);
      expect(readdirSync(join(disk.outside, 'cache/work'))).toEqual([]);
      expect(temporaryFilesOn(disk)).toEqual([]);
    },
  );

  test('fails the run with the folder of the cache and advice if it is full from the start', async (context) => {
    const project = writer(10);
    const disk = await smallDisk(project.path('small'), '64k');
    if (disk === undefined) return context.skip(NO_DISK);
    fill(disk, 8);
    const full = await disk.pipeline(project, 'run', '--cache', join(disk.path, 'cache'));
    expect(full.exitCode).toBe(1);
    expect(full.stderr).toContain(DISK_FULL);
    expect(full.stderr).toContain('Free some disk space, or move the cache: --cache DIR.');
    rmSync(join(disk.outside, 'filler'));
  });

  test('that becomes full when everything is cached leaves the run successful, with one warning', async (context) => {
    const project = writer(10);
    const disk = await smallDisk(project.path('small'), '1m');
    if (disk === undefined) return context.skip(NO_DISK);
    const run = () => disk.pipeline(project, 'run', '--json', '--cache', join(disk.path, 'cache'));
    await run();
    fill(disk, 0);
    const cached = await run();
    expect(cached.exitCode, cached.stderr).toBe(0);
    expect(cached.which('cached')).toHaveLength(2);
    expect(cached.stderr.split(DISK_FULL)).toHaveLength(2);
    expect(cached.stderr).toContain('so this run is not recorded');
    expect(temporaryFilesOn(disk)).toEqual([]);
  });

  test('fails an export with a message, and leaves nothing incomplete', async (context) => {
    const project = writer(1 << 20);
    const disk = await smallDisk(project.path('small'), '512k');
    if (disk === undefined) return context.skip(NO_DISK);
    await project.run();
    const exported = await disk.pipeline(project, 'export', 'much', join(disk.path, 'out'));
    expect(exported).toMatchObject({ exitCode: 2, stdout: '' });
    expect(exported.stderr).toContain('cannot write: ENOSPC');
    expect(readdirSync(join(disk.outside, 'out'))).toEqual([]);
    // Without the room for a copy, the file that was there before stays.
    writeFileSync(join(disk.outside, 'out/file'), 'before');
    expect((await disk.pipeline(project, 'export', 'much', join(disk.path, 'out'), '--force')).exitCode).toBe(2);
    expect(readFileSync(join(disk.outside, 'out/file'), 'utf8')).toBe('before');
    expect(temporaryFilesOn(disk)).toEqual([]);
  });

  test('fails a contact sheet with a message, and leaves nothing incomplete', async (context) => {
    const project = new Project({
      'pipeline.yaml': 'stages: { draw: { module: draw.ts } }\n',
      'draw.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ['picture.png'],
  run({ outputs }) {
    writeFileSync(outputs.picture, Buffer.from('${PIXEL}', 'base64'));
  },
});
`,
    });
    const disk = await smallDisk(project.path('small'), '64k');
    if (disk === undefined) return context.skip(NO_DISK);
    await project.run();
    fill(disk, 0);
    const failed = await disk.pipeline(project, 'inspect', 'draw', '--png', join(disk.path, 'sheet.png'));
    expect(failed).toMatchObject({ exitCode: 2, stdout: '' });
    expect(failed.stderr).toContain('sheet.png: cannot write: ENOSPC');
    expect(readdirSync(disk.outside)).toEqual(['filler']);
  });

  test('fails a download with a message', async (context) => {
    const content = Buffer.alloc(1 << 20, 1);
    const disk = await smallDisk(writer(1).path('small'), '512k');
    if (disk === undefined) return context.skip(NO_DISK);
    const server = await FileServer.start(whole(content));
    const digest = { algorithm: 'sha256' as const, hex: createHash('sha256').update(content).digest('hex') };
    const failed = await download(
      { url: server.url, digest },
      {
        directory: join(disk.outside, 'downloads'),
        otherwise: 'Name a file.',
        signal: new AbortController().signal,
        log: () => undefined,
        progress: () => undefined,
        pauses: [],
      },
    );
    expect(failed).toMatchObject({
      ok: false,
      failure: [{ message: expect.stringMatching(/^cannot store the download: .*no space left/i) }],
    });
  });
});
