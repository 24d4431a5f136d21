import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Finished, Project } from '../../support/project.ts';
import { TOY } from '../cli/toy-pipeline.ts';
import { editIndexFile, filesBelow, forgeFiles } from './attacks.ts';

/** Each test has a user of its own: with a key, and with a memory of this project. */
let project: Project;
let right: Finished;

const environment = () => ({ XDG_CACHE_HOME: project.path('home/cache'), XDG_STATE_HOME: project.path('home/state') });
const pipeline = (...args: string[]) => project.pipelineWith(environment(), ...args);
const memory = () =>
  join(project.path('home/cache/pipeline/memory'), project.list('home/cache/pipeline/memory')[0] ?? '');
const key = () => project.path('home/state/pipeline/memory.key');
const outputsOf = ({ stages }: Finished) => stages.map(({ name, outputs }) => [name, outputs]);

beforeEach(async () => {
  project = new Project({
    ...TOY,
    'lib/upper.ts': "import { loud } from 'loud';\nexport const upper = loud;\n",
    'node_modules/loud/package.json': '{"name":"loud","version":"1.0.0","type":"module"}',
    'node_modules/loud/index.js': 'export const loud = (text) => text.toUpperCase();\n',
    'foreign/index.js': `import { writeFileSync } from 'node:fs';
writeFileSync(new URL('../foreign-code-ran', import.meta.url), '');
export const loud = (text) => text;
`,
  });
  right = await pipeline('run', '--json');
  expect(right.exitCode, right.stderr).toBe(0);
});

/** What somebody would like to be remembered, by the name of the file. */
const FORGERIES: Readonly<Record<string, (body: string) => string>> = {
  code: (body) => {
    const bundle = JSON.parse(body) as { text: string };
    const code = `\nimport('node:fs').then((fs) => fs.writeFileSync(${JSON.stringify(project.path('foreign-code-ran'))}, ''));`;
    return JSON.stringify({ ...bundle, text: bundle.text + code });
  },
  'stages.json': (body) => body.replaceAll('/node_modules/loud/index.js', '/foreign/index.js'),
  plans: (body) => {
    const known = JSON.parse(body) as { plan: { stages: unknown[] } };
    return JSON.stringify({ ...known, plan: { ...known.plan, stages: known.plan.stages.slice(0, 1) } });
  },
};

/** Forges the memory in a folder. */
function forge(folder: string): void {
  for (const path of filesBelow(folder)) {
    const edit = FORGERIES[basename(path)] ?? FORGERIES[basename(dirname(path))];
    editIndexFile(path, edit ?? ((body) => body));
  }
}

const COMMANDS = [
  ['run'],
  ['run', '--locked'],
  ['run', '--force'],
  ['verify'],
  ['status'],
  ['cache', 'verify'],
  ['inspect', 'join'],
  ['export', 'join', 'out'],
];

test.each(COMMANDS.map((command) => ({ command, words: command.join(' ') })))(
  'pipeline $words runs no code and uses no plan that somebody has put into the index of the cache or the memory of the user',
  async ({ command }) => {
    cpSync(memory(), project.path('cache/index'), { recursive: true });
    // The content of the cache, along with its seals.
    forgeFiles(project.path('cache/objects'));
    forge(project.path('cache/index'));
    forge(memory());
    await expectUnmoved(command);
  },
);

/** Expects that a command has the right results or refuses, and that the next run is right. */
async function expectUnmoved(command: readonly string[]): Promise<void> {
  const lock = project.read('pipeline.lock');
  const finished = await pipeline(...command, '--json');
  const isRight = finished.exitCode === 0;
  expect(finished.stderr).not.toMatch(/\n\s+at /);
  if (command[0] === 'run') expect(outputsOf(finished), finished.stderr).toEqual(outputsOf(right));
  else if (command[0] === 'status') expect(finished.which('would-run')).toEqual(['read', 'shout', 'count', 'join']);
  else if (command[0] === 'verify') expect(isRight, finished.stderr).toBe(true);
  else expect(isRight).toBe(false);
  expect(project.read('pipeline.lock')).toBe(lock);
  const next = await pipeline('run', '--json');
  expect(outputsOf(next)).toEqual(outputsOf(right));
  expect(project.exists('foreign-code-ran')).toBe(false);
}

describe('the memory of a user', () => {
  test('is accessible to nobody else', () => {
    for (const path of [memory(), join(memory(), 'code'), dirname(key())])
      expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(key()).mode & 0o777).toBe(0o600);
    expect(readFileSync(key())).toHaveLength(32);
  });

  test('is closed again if others were given access to it', async () => {
    chmodSync(memory(), 0o777);
    expect((await pipeline('run', '--json')).which('cached')).toHaveLength(4);
    expect(statSync(memory()).mode & 0o777).toBe(0o700);
  });

  test('is worth nothing with another key, and is then written anew', async () => {
    const plan = filesBelow(join(memory(), 'plans'))[0] ?? '';
    const before = readFileSync(plan, 'utf8');
    rmSync(key());
    expect((await pipeline('run', '--json')).which('cached')).toHaveLength(4);
    expect(readFileSync(plan, 'utf8')).not.toBe(before);
  });

  test('has a new key if others could read the old one', async () => {
    const before = readFileSync(key());
    chmodSync(key(), 0o644);
    expect((await pipeline('run', '--json')).exitCode).toBe(0);
    expect(readFileSync(key()).equals(before)).toBe(false);
    expect(statSync(key()).mode & 0o777).toBe(0o600);
  });

  test.each<[string, () => void]>([
    [
      'the folder is a link',
      () => {
        const path = memory();
        rmSync(path, { recursive: true });
        mkdirSync(project.path('elsewhere'));
        symlinkSync(project.path('elsewhere'), path);
      },
    ],
    [
      'the folder is a file',
      () => {
        const path = memory();
        rmSync(path, { recursive: true });
        writeFileSync(path, '');
      },
    ],
    [
      'the key is a link',
      () => {
        cpSync(key(), project.path('key'));
        rmSync(key());
        symlinkSync(project.path('key'), key());
      },
    ],
    [
      'the key is a folder',
      () => {
        rmSync(key());
        mkdirSync(key());
      },
    ],
  ])('costs only time if it cannot be used: %s', async (_what, damage) => {
    damage();
    for (const _round of [1, 2]) {
      const { exitCode, stderr, which } = await pipeline('run', '--json');
      expect(exitCode, stderr).toBe(0);
      expect(which('cached')).toHaveLength(4);
    }
    if (existsSync(project.path('elsewhere'))) expect(project.list('elsewhere')).toEqual([]);
  });
});
