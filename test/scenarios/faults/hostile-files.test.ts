import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromChecksummed, toChecksummed } from '../../../src/engine/cache/local/checksummed.ts';
import type { Project } from '../../support/project.ts';
import { isSoak, sample } from '../../support/soak.ts';
import { toy } from '../cli/toy-pipeline.ts';

let project: Project;
let intact: string;

beforeAll(async () => {
  project = toy(afterAll);
  await project.run();
  await project.run();
  intact = project.path('intact');
  cpSync(project.path('cache'), intact, { recursive: true, preserveTimestamps: true });
  cpSync(project.path('pipeline.lock'), project.path('intact.lock'));
});

function restore(): void {
  rmSync(project.path('cache'), { recursive: true, force: true });
  cpSync(intact, project.path('cache'), { recursive: true, preserveTimestamps: true });
  rmSync(project.path('pipeline.lock'), { recursive: true, force: true });
  cpSync(project.path('intact.lock'), project.path('pipeline.lock'));
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(project.path(folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(project.directory, join(entry.parentPath, entry.name)))
    .sort();
}

/** One file of each kind that a cache has, or that is read beside it. */
const KINDS: Readonly<Record<string, () => string>> = {
  'the record of a result': () => filesIn('cache/actions')[0] ?? '',
  'the record of a run': () => filesIn('cache/runs').at(-1) ?? '',
  'an artifact': () => filesIn('cache/objects')[0] ?? '',
  'a file inside an artifact': () => filesIn('cache/objects').find((file) => file.endsWith('left.txt')) ?? '',
  'the last key of a stage': () => filesIn('cache/index/last')[0] ?? '',
  'the lock of work': () => `cache/work/${'a'.repeat(64)}.lock`,
  'the lock of a sweep': () => 'cache/index/sweep.lock',
  'a download': () => `cache/downloads/sha256-${'a'.repeat(64)}`,
  'the lockfile': () => 'pipeline.lock',
};

/** What may be in place of a file. */
const REPLACEMENTS: Readonly<Record<string, (path: string) => void>> = {
  'a named pipe': (path) => void execFileSync('mkfifo', [path]),
  'a link to a device': (path) => symlinkSync('/dev/zero', path),
  'a directory': (path) => mkdirSync(join(path, 'inside'), { recursive: true }),
  'a sparse file of 8 GB': (path) => {
    writeFileSync(path, '');
    truncateSync(path, 8e9);
  },
  'JSON of another shape': (path) =>
    writeFileSync(path, toChecksummed({ key: { a: [1] }, run: [], stages: 'x', outputs: 5 })),
};

const READING = [
  ['status'],
  ['runs'],
  ['diff'],
  ['explain', 'join'],
  ['inspect', 'join'],
  ['cache', 'ls'],
  ['cache', 'du'],
  ['cache', 'gc'],
  ['run', '--locked', '--dry-run'],
];

/** Runs a command, which must end by itself, and without a stack trace. */
async function expectNoHarm(what: string, ...args: readonly string[]) {
  const child = project.start(args);
  const limit = setTimeout(() => child.kill('SIGKILL'), 50_000);
  const { exitCode, signal, stdout, stderr } = await child;
  clearTimeout(limit);
  const command = `${args.join(' ')}, ${what}`;
  expect(signal, `${command} does not end`).toBeUndefined();
  expect([0, 1, 2, 3], command).toContain(exitCode);
  expect(`${stdout}\n${stderr}`, command).not.toMatch(/\n\s+at |Error: E[A-Z]+:/);
  return { exitCode, stdout, stderr };
}

describe('a hostile cache costs time, and nothing else', () => {
  // An artifact of this size is hashed before it is found to be wrong.
  const cases = Object.entries(REPLACEMENTS).filter(([what]) => isSoak || !what.startsWith('a sparse'));

  test.each(cases)(
    'every command ends and reports what it cannot read, whatever is in place of files: %s',
    async (what, replace) => {
      restore();
      for (const file of Object.values(KINDS).map((find) => find())) {
        rmSync(project.path(file), { recursive: true, force: true });
        mkdirSync(dirname(project.path(file)), { recursive: true });
        replace(project.path(file));
      }
      for (const args of READING) await expectNoHarm(what, ...args);
      const verified = await expectNoHarm(what, 'cache', 'verify');
      expect(verified.exitCode, verified.stdout).not.toBe(0);
      rmSync(project.path('pipeline.lock'), { recursive: true, force: true });
      const healed = await expectNoHarm(what, 'run');
      expect(healed, what).toMatchObject({ exitCode: 0 });
      await expectNoHarm(what, 'export', 'join', 'out', '--force');
      expect(project.read('out/both/left.txt'), what).toBe('hello ONE TWO\nTHREE');
      expect((await project.run()).which('ran'), what).toEqual([]);
    },
    600_000,
  );

  test.each(Object.keys(REPLACEMENTS))(
    'a lockfile or a pipeline file that cannot be read is named: %s',
    async (what) => {
      restore();
      rmSync(project.path('pipeline.lock'));
      REPLACEMENTS[what]?.(project.path('pipeline.lock'));
      const locked = await expectNoHarm(what, 'run', '--locked');
      expect(locked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('pipeline.lock') });
      REPLACEMENTS[what]?.(project.path('other.yaml'));
      const other = await expectNoHarm(what, 'status', '-f', 'other.yaml');
      expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('other.yaml') });
      rmSync(project.path('other.yaml'), { recursive: true });
    },
  );

  test.each(['/dev/zero', './pipe.ts'])('a stage module that is not a regular file is refused: %s', async (module) => {
    if (!project.exists('pipe.ts')) execFileSync('mkfifo', [project.path('pipe.ts')]);
    project.write('modules.yaml', `stages:\n  a: { module: ${module} }\n  b: { module: stages/imports.ts }\n`);
    project.write('stages/imports.ts', `import ${JSON.stringify(module.replace('./', '../'))};\n`);
    const refused = await expectNoHarm(module, 'status', '-f', 'modules.yaml');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr.match(/not a regular file/g)).toHaveLength(2);
  });
});

describe('what a record in a cache says', () => {
  /** Changes the record of a stage, with a valid checksum. */
  function edit(stage: string, change: (outputs: Record<string, Record<string, unknown>>) => void): void {
    for (const file of filesIn('cache/actions')) {
      const record = fromChecksummed<{ provenance: { stage: string }; outputs: never }>(project.read(file));
      if (record?.provenance?.stage !== stage) continue;
      change(record.outputs as unknown as Record<string, Record<string, unknown>>);
      const { checksum: _, ...rest } = record as Record<string, unknown>;
      rmSync(project.path(file));
      writeFileSync(project.path(file), toChecksummed(rest));
    }
  }

  const names = [
    ['up', '../../victim.txt'],
    ['absolute', '/tmp/victim.txt'],
    ['a folder', 'a/b'],
    ['a drive', 'C:victim'],
    ['a backslash', '..\\victim'],
    ['NUL', 'a\0b'],
    ['nothing', ''],
    ['the folder itself', '.'],
  ] as const;

  test.each(sample(names, 3))(
    'pipeline export writes nothing outside its folder, if the file name of an output is %s',
    async (_what, file) => {
      restore();
      project.write('victim.txt', 'mine');
      edit('count', (outputs) => {
        for (const output of Object.values(outputs)) output['file'] = file;
      });
      const exported = await expectNoHarm(file, 'export', 'count', 'a/b/c', '--force');
      expect(exported.exitCode).not.toBe(0);
      expect(project.read('victim.txt')).toBe('mine');
      expect(project.exists('a')).toBe(false);
      expect((await project.run()).which('ran')).toEqual(['count']);
    },
  );

  test('an artifact that is a link, or has one in it or above it, is recomputed', async () => {
    for (const find of [KINDS['an artifact'], KINDS['a file inside an artifact']]) {
      restore();
      const file = project.path(find?.() ?? '');
      renameSync(file, project.path('elsewhere'));
      symlinkSync(project.path('elsewhere'), file);
      expect((await project.run()).which('ran')).toHaveLength(1);
      expect(lstatSync(file).isFile()).toBe(true);
    }
    restore();
    const folder = dirname(project.path(KINDS['an artifact']?.() ?? ''));
    renameSync(folder, project.path('folder'));
    symlinkSync(project.path('folder'), folder);
    const found = await project.pipeline('cache', 'verify');
    expect(found.stdout).toContain(relative(project.path('cache'), folder));
    expect((await project.run()).which('ran').length).toBeGreaterThan(0);
    expect(existsSync(project.path('folder'))).toBe(true);
    expect(readFileSync(join(project.path('cache'), 'index', 'last', 'join.json'), 'utf8')).toContain('key');
  });
});
