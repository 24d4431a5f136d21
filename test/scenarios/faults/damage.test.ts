import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Project } from '../../support/project.ts';
import { isSoak, sample } from '../../support/soak.ts';
import { toy } from '../cli/toy.ts';

let project: Project;
/** The cache as an undisturbed run leaves it, and the digests that it gave. */
let whole: string;
let outputs: unknown;

beforeAll(async () => {
  project = toy(afterAll);
  outputs = outputsOf(await project.run());
  // Once more, so that all that is remembered of a run in which nothing changed is there, too.
  await project.run();
  whole = project.path('whole');
  cpSync(project.path('cache'), whole, { recursive: true, preserveTimestamps: true });
});

function outputsOf({ stages }: Awaited<ReturnType<Project['run']>>): unknown {
  return stages.map((stage) => [stage.name, stage.outputs]);
}

/** Every file of a whole cache, by its path in it. */
function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}

/** Runs with one thing in the cache damaged; the next run then finds all of it whole. */
async function expectHealed(what: string, damage: (cache: string) => void): Promise<void> {
  rmSync(project.path('cache'), { recursive: true, force: true });
  cpSync(whole, project.path('cache'), { recursive: true, preserveTimestamps: true });
  damage(project.path('cache'));
  const healed = await project.run();
  expect(healed.exitCode, `${what}: ${healed.stderr}`).toBe(0);
  expect(outputsOf(healed), what).toEqual(outputs);
  await project.pipeline('export', 'join', 'out', '--force');
  expect(project.read('out/both/left.txt'), what).toBe('hello ONE TWO\nTHREE');
  expect((await project.run()).which('ran'), `after ${what}`).toEqual([]);
}

const DAMAGES: Readonly<Record<string, (path: string) => void>> = {
  'a flipped bit': (path) => {
    const content = readFileSync(path);
    const middle = content.length >> 1;
    content[middle] = (content[middle] ?? 0) ^ 1;
    writeFileSync(path, content);
  },
  'half of it gone': (path) => truncateSync(path, statSync(path).size >> 1),
  'nothing left in it': (path) => truncateSync(path),
  'the file gone': (path) => rmSync(path),
};

/** Each file has one of the damages, in rotation; with `npm run test:soak` every one of them. */
function filesFor(nth: number): string[] {
  const kinds = Object.keys(DAMAGES).length;
  return filesOf(whole).filter((_, index) => isSoak || index % kinds === nth);
}

/** A hundred and more runs. */
const LONG = 300_000;

describe('a run with a damaged cache makes again what was damaged, and never uses it', () => {
  test.each(Object.entries(DAMAGES).map(([how, damage], nth) => [how, damage, nth] as const))(
    'any of its files with %s',
    async (how, damage, nth) => {
      for (const file of filesFor(nth)) {
        await expectHealed(`${how}: ${file}`, (cache) => {
          const path = join(cache, file);
          chmodSync(path, 0o644);
          damage(path);
        });
      }
    },
    LONG,
  );

  test('a file too many in an artifact', async () => {
    const inside = filesOf(join(whole, 'objects')).find((file) => file.endsWith('left.txt')) ?? expect.unreachable();
    await expectHealed('a stray file', (cache) => writeFileSync(join(cache, 'objects', dirname(inside), 'stray'), ''));
  });

  test('the record of one action in place of another', async () => {
    const [first = '', second = ''] = filesOf(join(whole, 'actions'));
    await expectHealed('a record of another key', (cache) =>
      cpSync(join(cache, 'actions', first), join(cache, 'actions', second)),
    );
  });

  test('a record that is JSON of another kind', async () => {
    for (const text of ['null', '[]', '{}', '"x"', '{"key":1,"outputs":null}']) {
      await expectHealed(text, (cache) => {
        for (const file of filesOf(join(cache, 'actions'))) writeFileSync(join(cache, 'actions', file), text);
        for (const file of filesOf(join(cache, 'index/last'))) writeFileSync(join(cache, 'index/last', file), text);
        for (const file of filesOf(join(cache, 'runs'))) writeFileSync(join(cache, 'runs', file), text);
      });
    }
  });

  test('files where directories should be', async () => {
    await expectHealed('work', (cache) => {
      rmSync(join(cache, 'work'), { recursive: true, force: true });
      rmSync(join(cache, 'actions'), { recursive: true });
      const key = filesOf(join(whole, 'actions')).map((file) => file.replace('/', '').replace('.json', ''))[0] ?? '';
      mkdirSync(join(cache, 'work'), { recursive: true });
      writeFileSync(join(cache, 'work', key), 'not a directory');
    });
  });

  test('a directory where a file should be', async () => {
    const outsideObjects = filesOf(whole).filter((path) => !path.startsWith('objects/'));
    for (const file of sample(outsideObjects, 3)) {
      await expectHealed(`a directory: ${file}`, (cache) => {
        rmSync(join(cache, file));
        mkdirSync(join(cache, file));
      });
    }
  });

  test('a file where a directory should be, or it is told what is in the way', async () => {
    const directories = readdirSync(whole, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => relative(whole, join(entry.parentPath, entry.name)));
    for (const directory of sample(directories, 2)) {
      rmSync(project.path('cache'), { recursive: true, force: true });
      cpSync(whole, project.path('cache'), { recursive: true, preserveTimestamps: true });
      rmSync(project.path(`cache/${directory}`), { recursive: true });
      project.write(`cache/${directory}`, 'a file');
      const finished = await project.run();
      if (finished.exitCode === 0) expect(outputsOf(finished), directory).toEqual(outputs);
      else
        expect(finished.stderr, directory).toContain('→ Remove it: a cache holds nothing that cannot be made again.');
      expect(finished.stderr, directory).not.toMatch(/\n\s+at /);
    }
  });

  test('something of another kind where an artifact should be', async () => {
    const objects = readdirSync(join(whole, 'objects')).flatMap((prefix) =>
      readdirSync(join(whole, 'objects', prefix)).map((rest) => join('objects', prefix, rest)),
    );
    for (const object of objects) {
      await expectHealed(object, (cache) => {
        const path = join(cache, object);
        const wasDirectory = statSync(path).isDirectory();
        rmSync(path, { recursive: true });
        if (wasDirectory) writeFileSync(path, 'a file');
        else mkdirSync(join(path, 'a directory'), { recursive: true });
      });
    }
  });

  test('locks with garbage in them, or empty', async () => {
    for (const text of ['', 'garbage', '{"host":1}', 'null']) {
      await expectHealed(`a lock «${text}»`, (cache) => {
        rmSync(join(cache, 'actions'), { recursive: true });
        mkdirSync(join(cache, 'work'), { recursive: true });
        for (const file of filesOf(join(whole, 'actions'))) {
          const path = join(cache, 'work', `${file.replace('/', '').replace('.json', '')}.lock`);
          writeFileSync(path, text);
          // One that is young may be in the making.
          utimesSync(path, 1, 1);
        }
      });
    }
  });
});
