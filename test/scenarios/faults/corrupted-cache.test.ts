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
import { toy } from '../cli/toy-pipeline.ts';

let project: Project;
/** The cache of an undisturbed run, and the digests of its outputs. */
let intact: string;
let outputs: unknown;

beforeAll(async () => {
  project = toy(afterAll);
  outputs = outputsOf(await project.run());
  // Once more, so that the cache also has what a run in which nothing changed remembers.
  await project.run();
  intact = project.path('intact');
  cpSync(project.path('cache'), intact, { recursive: true, preserveTimestamps: true });
});

function outputsOf({ stages }: Awaited<ReturnType<Project['run']>>): unknown {
  return stages.map((stage) => [stage.name, stage.outputs]);
}

/** Returns the paths of all files in a cache. */
function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}

/** Corrupts the cache, runs, and expects that this run recomputes what is corrupted and the next one runs nothing. */
async function expectRepaired(what: string, corrupt: (cache: string) => void): Promise<void> {
  rmSync(project.path('cache'), { recursive: true, force: true });
  cpSync(intact, project.path('cache'), { recursive: true, preserveTimestamps: true });
  corrupt(project.path('cache'));
  const repaired = await project.run();
  expect(repaired.exitCode, `${what}: ${repaired.stderr}`).toBe(0);
  expect(outputsOf(repaired), what).toEqual(outputs);
  await project.pipeline('export', 'join', 'out', '--force');
  expect(project.read('out/both/left.txt'), what).toBe('hello ONE TWO\nTHREE');
  expect((await project.run()).which('ran'), `after ${what}`).toEqual([]);
}

const CORRUPTIONS: Readonly<Record<string, (path: string) => void>> = {
  'a flipped bit': (path) => {
    const content = readFileSync(path);
    const middle = content.length >> 1;
    content[middle] = (content[middle] ?? 0) ^ 1;
    writeFileSync(path, content);
  },
  'half of it missing': (path) => truncateSync(path, statSync(path).size >> 1),
  'no content': (path) => truncateSync(path),
  'the file deleted': (path) => rmSync(path),
};

/** Each file has one of the corruptions, in rotation; with `npm run test:soak` every one of them. */
function filesFor(nth: number): string[] {
  const kinds = Object.keys(CORRUPTIONS).length;
  return filesOf(intact).filter((_, index) => isSoak || index % kinds === nth);
}

/** The time limit for more than a hundred runs, in milliseconds. */
const LONG = 300_000;

describe('a run with a corrupted cache', () => {
  test.each(Object.entries(CORRUPTIONS).map(([how, corrupt], nth) => [how, corrupt, nth] as const))(
    'recomputes what is needed, whichever file in the cache has this corruption: %s',
    async (how, corrupt, nth) => {
      for (const file of filesFor(nth)) {
        await expectRepaired(`${how}: ${file}`, (cache) => {
          const path = join(cache, file);
          chmodSync(path, 0o644);
          corrupt(path);
        });
      }
    },
    LONG,
  );

  test('recomputes an artifact that has an extra file', async () => {
    const inside = filesOf(join(intact, 'objects')).find((file) => file.endsWith('left.txt')) ?? expect.unreachable();
    await expectRepaired('a stray file', (cache) =>
      writeFileSync(join(cache, 'objects', dirname(inside), 'stray'), ''),
    );
  });

  test('recomputes an action whose record is replaced by that of another one', async () => {
    const [first = '', second = ''] = filesOf(join(intact, 'actions'));
    await expectRepaired('a record of another key', (cache) =>
      cpSync(join(cache, 'actions', first), join(cache, 'actions', second)),
    );
  });

  test('recomputes actions whose records have JSON of another shape', async () => {
    for (const text of ['null', '[]', '{}', '"x"', '{"key":1,"outputs":null}']) {
      await expectRepaired(text, (cache) => {
        for (const file of filesOf(join(cache, 'actions'))) writeFileSync(join(cache, 'actions', file), text);
        for (const file of filesOf(join(cache, 'index/last'))) writeFileSync(join(cache, 'index/last', file), text);
        for (const file of filesOf(join(cache, 'runs'))) writeFileSync(join(cache, 'runs', file), text);
      });
    }
  });

  test('replaces a file that is in place of a work directory', async () => {
    await expectRepaired('work', (cache) => {
      rmSync(join(cache, 'work'), { recursive: true, force: true });
      rmSync(join(cache, 'actions'), { recursive: true });
      const key = filesOf(join(intact, 'actions')).map((file) => file.replace('/', '').replace('.json', ''))[0] ?? '';
      mkdirSync(join(cache, 'work'), { recursive: true });
      writeFileSync(join(cache, 'work', key), 'not a directory');
    });
  });

  test('replaces a directory that is in place of a file', async () => {
    const outsideObjects = filesOf(intact).filter((path) => !path.startsWith('objects/'));
    for (const file of sample(outsideObjects, 3)) {
      await expectRepaired(`a directory: ${file}`, (cache) => {
        rmSync(join(cache, file));
        mkdirSync(join(cache, file));
      });
    }
  });

  test('replaces a file that is in place of a directory, or reports that it is in the way', async () => {
    const directories = readdirSync(intact, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => relative(intact, join(entry.parentPath, entry.name)));
    for (const directory of sample(directories, 2)) {
      rmSync(project.path('cache'), { recursive: true, force: true });
      cpSync(intact, project.path('cache'), { recursive: true, preserveTimestamps: true });
      rmSync(project.path(`cache/${directory}`), { recursive: true });
      project.write(`cache/${directory}`, 'a file');
      const finished = await project.run();
      if (finished.exitCode === 0) expect(outputsOf(finished), directory).toEqual(outputs);
      else expect(finished.stderr, directory).toContain('→ Remove it: everything in a cache can be recomputed.');
      expect(finished.stderr, directory).not.toMatch(/\n\s+at /);
    }
  });

  test('recomputes an artifact that is a file instead of a directory, or vice versa', async () => {
    const objects = readdirSync(join(intact, 'objects')).flatMap((prefix) =>
      readdirSync(join(intact, 'objects', prefix)).map((rest) => join('objects', prefix, rest)),
    );
    for (const object of objects) {
      await expectRepaired(object, (cache) => {
        const path = join(cache, object);
        const wasDirectory = statSync(path).isDirectory();
        rmSync(path, { recursive: true });
        if (wasDirectory) writeFileSync(path, 'a file');
        else mkdirSync(join(path, 'a directory'), { recursive: true });
      });
    }
  });

  test('takes over lock files that are empty or corrupted', async () => {
    for (const text of ['', 'garbage', '{"host":1}', 'null']) {
      await expectRepaired(`a lock "${text}"`, (cache) => {
        rmSync(join(cache, 'actions'), { recursive: true });
        mkdirSync(join(cache, 'work'), { recursive: true });
        for (const file of filesOf(join(intact, 'actions'))) {
          const path = join(cache, 'work', `${file.replace('/', '').replace('.json', '')}.lock`);
          writeFileSync(path, text);
          // A recent lock file may just be being written.
          utimesSync(path, 1, 1);
        }
      });
    }
  });
});
