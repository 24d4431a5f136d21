import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import type { CompletedStage, RunResult } from '../../../src/engine/execute/events.ts';
import { isUpToDate, lockedParts, lockfileText, writeLockfile } from '../../../src/engine/execute/lockfile.ts';
import { parseLockfile } from '../../../src/engine/execute/read-lockfile.ts';
import { actionKey, type KeyDocument, keyDocument, readDocument } from '../../../src/engine/fingerprint/action-key.ts';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { MERGE_CONFLICT, RESTORE_LOCKFILE } from '../../support/messages.ts';
import { unwrap } from '../../support/result.ts';

const DOCUMENT = keyDocument({
  code: sha256('code'),
  packages: { 'sharp@0.35.4': sha256('a') },
  params: { learning_rate: 0.0001, augment: { flip: true, angles: [1, 2] }, name: 'small cnn' },
  inputs: { images: sha256('images') },
  env: { TOKEN: sha256('secret'), UNSET: null },
  runtime: { tensorflow: { version: '2.21.0', device: 'cpu' } },
});

function completed(name: string, document: Partial<KeyDocument> = {}): CompletedStage {
  const whole = { ...DOCUMENT, ...document };
  const outputs = { model: sha256('model'), history: sha256('history') };
  const base = { name, outcome: 'ran', seconds: 1, reasons: [], metrics: {} } as const;
  return { ...base, key: actionKey(whole), document: whole, outputs };
}

function resultOf(...stages: readonly CompletedStage[]): Pick<RunResult, 'stages'> {
  return { stages };
}

function textOf(...stages: readonly CompletedStage[]): string {
  return lockfileText(resultOf(...stages));
}

describe('pipeline.lock', () => {
  test('has the key, the outputs and the parts of the key of each stage, sorted and one a line', () => {
    expect(
      textOf(completed('train')),
    ).toBe(`# Written by pipeline after each complete, successful run: the action keys and output digests. Commit it.
# After a merge conflict take either side and run the pipeline.
train:
  key: ${actionKey(DOCUMENT)}
  outputs:
    history: ${sha256('history')}
    model: ${sha256('model')}
  code: ${sha256('code')}
  packages: ${sha256(`{"sharp@0.35.4":"${sha256('a')}"}`)}
  params:
    augment:
      angles: [1,2]
      flip: true
    learning_rate: 0.0001
    name: "small cnn"
  inputs:
    images: ${sha256('images')}
  env:
    TOKEN: ${sha256('secret')}
    UNSET: null
  runtime:
    tensorflow:
      device: cpu
      version: "2.21.0"
`);
  });

  test('omits parts that a key does not have', () => {
    const text = textOf(completed('read', { packages: {}, params: {}, inputs: {}, env: {}, runtime: {} }));
    expect(text.match(/^ {2}\w+/gm)?.map((part) => part.trim())).toEqual(['key', 'outputs', 'code']);
  });

  test('does not depend on the order in which stages finished', () => {
    expect(textOf(completed('b'), completed('a'))).toBe(textOf(completed('a'), completed('b')));
  });

  test.each(['train', 'train@lr=0.1,seed=1', 'a.b', 'no', '12', '1e5', '0x1f', 'a: b', '#x', '"ä"', '__proto__'])(
    'gives back a stage called %s, its params and its digests',
    (name) => {
      // Digests that a YAML parser would read as numbers if they were not quoted.
      const images = sha256('').replaceAll(/[a-f]/g, '1') as typeof DOCUMENT.code;
      const params = {
        [name]: name,
        'x y': { '': '', n: '3', t: 'true', e: {} },
        list: ['yes', null, 1e-7],
        big: 1e21,
      };
      const runtime = { [name]: { [`file ${name}`]: images, version: '2' } };
      const stage = completed(name, { inputs: { images }, params, runtime });
      const lockfile = unwrap(parseLockfile('pipeline.lock', textOf(stage)));
      expect([...lockfile.keys()]).toEqual([name]);
      const { key, outputs, document } = stage;
      expect(lockfile.get(name)).toEqual({ key, outputs, parts: lockedParts(readDocument(document)) });
      expect(Object.keys(parse(textOf(stage), { schema: 'yaml-1.1' }))).toEqual([name]);
    },
  );

  test('can be read if an earlier version wrote it with only keys and outputs', () => {
    const text = `a:\n  key: ${sha256('k')}\n  outputs:\n    out: ${sha256('o')}\n`;
    expect(unwrap(parseLockfile('pipeline.lock', text))).toEqual(
      new Map([['a', { key: sha256('k'), outputs: { out: sha256('o') } }]]),
    );
  });
});

describe('pipeline.lock of the version whose only runtime was TensorFlow', () => {
  const key = sha256('k');
  const text = `a:\n  key: ${key}\n  outputs: {}\n  code: ${sha256('c')}\n  tensorflow:\n    device: cpu\n    version: "2.21.0"\n`;

  test('is read with its TensorFlow part converted to a runtime fact', () => {
    const { parts } = unwrap(parseLockfile('pipeline.lock', text)).get('a') ?? {};
    expect(parts).toEqual({
      code: sha256('c'),
      params: {},
      inputs: {},
      env: {},
      runtime: { tensorflow: { version: '2.21.0', device: 'cpu' } },
    });
  });

  test('is read in the current format if a merge left both formats', () => {
    const both = `${text}  runtime: { tensorflow: { device: gpu } }\n`;
    const { parts } = unwrap(parseLockfile('pipeline.lock', both)).get('a') ?? {};
    expect(parts?.runtime).toEqual({ tensorflow: { device: 'gpu' } });
  });
});

describe('writing pipeline.lock', () => {
  const [a, b] = [completed('a'), completed('b')];

  /** Returns whether a run with the results of `a` and `b` rewrites a lockfile with this text. */
  function writes(text: string): boolean {
    const directory = mkdtempSync(join(tmpdir(), 'pipeline-lockfile-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 'pipeline.lock');
    writeFileSync(path, text);
    const before = statSync(path).ino;
    if (!isUpToDate(path, resultOf(b, a))) unwrap(writeLockfile(path, resultOf(b, a)));
    expect(readdirSync(directory)).toEqual(['pipeline.lock']);
    const written = statSync(path).ino !== before;
    expect(readFileSync(path, 'utf8') === text).toBe(!written);
    if (written) expect(readFileSync(path, 'utf8')).toBe(textOf(a, b));
    return written;
  }

  test('leaves an up-to-date file alone', () => {
    expect(writes(textOf(a, b))).toBe(false);
  });

  test.each<[string, string]>([
    ['no content', ''],
    ['other keys', textOf(a, completed('b', { params: {} }))],
    ['other outputs', textOf(a, { ...b, outputs: { ...b.outputs, model: sha256('other') } })],
    ['a missing output', textOf(a, { ...b, outputs: { model: sha256('model') } })],
    ['a missing stage', textOf(a)],
    ['an extra stage', textOf(a, b, completed('c'))],
    [
      'no parts of keys, as an earlier version wrote it',
      textOf(a, b).replaceAll(/^ {2}code: (.|\n)*?(?=^b|$(?!\n))/gm, ''),
    ],
    ['a merge conflict', `<<<<<<< HEAD\n${textOf(a, b)}`],
  ])('rewrites a file that has %s', (_what, text) => {
    expect(writes(text)).toBe(true);
  });
});

describe('an invalid pipeline.lock is reported with the location of each problem', () => {
  const key = sha256('k');

  test.each<[string, string, [line: number, column: number, message: string][]]>([
    ['an empty file', '', [[1, 1, 'the lockfile is empty']]],
    ['a file with only comments', '# nothing\n', [[1, 1, 'the lockfile is empty']]],
    ['a list', '- a\n', [[1, 1, 'the lockfile must be an object, but is ["a"]']]],
    ['invalid YAML', 'a: {\n', [[2, 1, 'invalid YAML: flow map in block collection must be sufficiently indented']]],
    ['a stage twice', `a: 1\na: 2\n`, [[2, 1, 'invalid YAML: duplicate key "a"']]],
    ['a stage that is not a map', 'a: 3\n', [[1, 4, 'stage "a" must be an object, but is 3']]],
    ['a stage without outputs', `a:\n  key: ${key}\n`, [[1, 1, '"outputs" of stage "a" is missing']]],
    ['an unknown part', `a:\n  key: ${key}\n  outputs: {}\n  cod: 1\n`, [[4, 3, 'unknown key "cod" in stage "a"']]],
    [
      'invalid digests',
      `a:\n  key: 12\n  outputs:\n    out: abc\n`,
      [
        [2, 8, '"key" of stage "a" must be a string, but is 12'],
        [4, 10, '"outputs.out" of stage "a" must match pattern "^[0-9a-f]{64}$", but is "abc"'],
      ],
    ],
  ])('the problem is located for %s', (_what, text, expected) => {
    const result = parseLockfile('pipeline.lock', text);
    const problems = result.ok ? [] : result.failure;
    expect(problems.map(({ at }) => [at?.file, at?.line, at?.column])).toEqual(
      expected.map(([line, column]) => ['pipeline.lock', line, column]),
    );
    for (const [index, [, , message]] of expected.entries()) expect(problems[index]?.message).toContain(message);
    for (const problem of problems) expect(problem.advice).toBe(RESTORE_LOCKFILE);
  });

  test('each merge conflict is reported once', () => {
    const conflict = '<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> theirs\n';
    const result = parseLockfile('pipeline.lock', `b: 1\n${conflict}${conflict}`);
    expect(result.ok ? [] : result.failure.map(({ message, at }) => [message, at?.line])).toEqual([
      [MERGE_CONFLICT, 2],
      [MERGE_CONFLICT, 7],
    ]);
  });
});
