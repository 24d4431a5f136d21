import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { actionKey, type RecordedDocument } from '../../../src/engine/fingerprint/action-key.ts';
import { Project, toFinished } from '../../support/project.ts';

const VALUE = 'correct-horse-battery-staple';

/** A stage that writes down which of two variables it sees. */
function project(env: string): Project {
  return new Project({
    'pipeline.yaml': `stages:
  read: { module: read.ts, env: ${env} }
`,
    'read.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ['seen.txt'],
  run({ outputs }) {
    const seen = ['DATA_VERSION', 'API_TOKEN'].map((name) => name + ' has ' + (process.env[name] ?? '').length);
    writeFileSync(outputs.seen, seen.join('\\n'));
  },
});
`,
  });
}

const keyOf = async (toy: Project, environment: Record<string, string>, ...args: readonly string[]) =>
  toFinished(await toy.start(['run', '--json', ...args], environment)).stages[0]?.key;

/** Returns the files below a folder that contain a text. */
function filesWith(directory: string, text: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text))
    .map(({ name }) => name);
}

describe('the value of a declared variable', () => {
  test('decides the action key, and is neither stored nor printed', async () => {
    const toy = project('[DATA_VERSION]');
    const environment = { DATA_VERSION: VALUE };
    const other = { DATA_VERSION: 'other' };
    const first = await toy.start(['run'], environment);
    const key = await keyOf(toy, environment);
    const printed = [];
    for (const args of [
      ['status', '--json'],
      ['explain', 'read'],
      ['explain', 'read', '--json'],
      ['run', '--locked'],
    ]) {
      printed.push(await toy.start(args, other));
    }
    for (const args of [['inspect', 'read', '--full'], ['inspect', 'read', '--json'], ['report']]) {
      printed.push(await toy.start(args, environment));
    }
    expect([first, ...printed].map(({ stdout, stderr }) => `${stdout}${stderr}`).join('')).not.toContain(VALUE);
    expect(await keyOf(toy, other)).not.toBe(key);
    expect(await keyOf(toy, environment)).toBe(key);
    expect(filesWith(toy.directory, VALUE)).toEqual([]);
  });

  test('gives the same key with another cache, as on another machine', async () => {
    const toy = project('[DATA_VERSION]');
    const key = await keyOf(toy, { DATA_VERSION: VALUE });
    expect(await keyOf(toy, { DATA_VERSION: VALUE }, '--cache', 'other')).toBe(key);
  });

  test('leaves a document in the record from which the key can be computed', async () => {
    const toy = project('[DATA_VERSION]');
    const key = await keyOf(toy, { DATA_VERSION: VALUE });
    const { stdout } = await toy.start(['inspect', 'read', '--json'], { DATA_VERSION: VALUE });
    const lines = stdout.split('\n').map((line) => JSON.parse(line) as { type: string; document: RecordedDocument });
    const { document } = lines.find(({ type }) => type === 'provenance') ?? expect.unreachable(stdout);
    expect(actionKey(document)).toBe(key);
  });

  test('is shown as set or not set, and a change of it by name', async () => {
    const toy = project('[DATA_VERSION, UNSET]');
    await toy.start(['run'], { DATA_VERSION: VALUE });
    const explained = await toy.start(['explain', 'read'], { DATA_VERSION: 'other' });
    expect(explained.stdout).toContain('would run: env DATA_VERSION changed\n');
    expect(explained.stdout).toMatch(/^● +env +DATA_VERSION +set$/m);
    expect(explained.stdout).toMatch(/^ +env +UNSET +not set$/m);
  });
});

describe('a secret', () => {
  test('is passed to the stage, and is no part of the action key', async () => {
    const toy = project('[DATA_VERSION, { name: API_TOKEN, secret: true }]');
    const key = await keyOf(toy, { DATA_VERSION: '1', API_TOKEN: VALUE });
    await toy.start(['export', 'read', 'out'], { DATA_VERSION: '1' });
    expect(toy.read('out/seen.txt')).toBe(`DATA_VERSION has 1\nAPI_TOKEN has ${VALUE.length}`);
    for (const args of [[], ['--force'], ['--dry-run']]) {
      expect(await keyOf(toy, { DATA_VERSION: '1', API_TOKEN: 'other' }, ...args), args.join()).toBe(key);
    }
    expect(filesWith(toy.directory, VALUE)).toEqual([]);
    const { stdout } = await toy.start(['explain', 'read'], { DATA_VERSION: '1', API_TOKEN: VALUE });
    expect(stdout).toMatch(/^ +secret +API_TOKEN +passed through, not part of the key$/m);
  });

  test('is passed to the stages that verify reruns', async () => {
    const toy = project('[{ name: API_TOKEN, secret: true }]');
    await toy.start(['run'], { API_TOKEN: VALUE });
    expect((await toy.start(['verify'], { API_TOKEN: VALUE })).exitCode).toBe(0);
    const without = await toy.start(['verify'], {});
    expect(without.exitCode, 'the output shows whether it was there').toBe(3);
  });

  test.each([
    ['[A, { name: A, secret: true }]', 'pipeline.yaml:2:37: variable "A" is declared twice'],
    ['[{ name: CUDA_VISIBLE_DEVICES, secret: true }]', 'variable "CUDA_VISIBLE_DEVICES" cannot be secret'],
    ['[{ name: A-B, secret: true }]', '"env.0.name" of stage "read" cannot be "A-B"'],
    ['[{ secret: true }]', '"env.0.name" of stage "read" is missing'],
    ['[{ name: A, hidden: true }]', 'hidden'],
  ])('that is declared wrongly is refused with its place: %s', async (env, message) => {
    const { stderr, exitCode } = await project(env).pipeline('run');
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});
