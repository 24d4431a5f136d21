import { describe, expect, test } from 'vitest';
import { declarePipeline } from '../../../src/engine/plan/declaration.ts';
import type { Problem } from '../../../src/shared/problem.ts';

function problemsOf(text: string): readonly Problem[] {
  const declared = declarePipeline('pipeline.yaml', text);
  return declared.ok ? [] : declared.failure;
}

/** Returns the problems as `line:column message`. */
function shown(text: string): string[] {
  return problemsOf(text).map(({ at, message }) => `${at?.line}:${at?.column} ${message}`);
}

describe('a pipeline file is validated against its schema', () => {
  test('a pipeline file needs only stages, each with a module', () => {
    expect(shown('stages: { ingest: { module: stages/ingest.ts } }')).toEqual([]);
  });

  test.each([
    ['', '1:1 the pipeline file is empty'],
    ['# only a comment\n', '1:1 the pipeline file is empty'],
    ['- a\n', '1:1 the pipeline file must be an object, but is ["a"]'],
    ['name: x\n', '1:1 key "stages" is missing'],
    ['stages: {}\n', '1:9 key "stages" must not be empty, but is {}'],
    ['stages:\n  a: {}\n', '2:3 stage "a" has neither a module nor a command'],
    ['stages:\n  a: { module: a.ts, command: a b, outputs: [c] }\n', '2:22 stage "a" has both a module and a command'],
    ['stages:\n  a: { command: a b }\n', '2:8 "command" of stage "a" needs "outputs" beside it'],
    ['stages:\n  a: { module: a.ts, shell: true }\n', '2:22 "shell" of stage "a" needs "command" beside it'],
    ['stages:\n  a: { module: 3 }\n', '2:16 "module" of stage "a" must be a string, but is 3'],
    ['stages:\n  a: { module: x, parms: {} }\n', '2:19 unknown key "parms" in stage "a"'],
    ['stages:\n  a.b: { module: x }\n', '2:3 invalid name "a.b"'],
    [
      'stages:\n  a: { module: x, resources: { gpu: -1 } }\n',
      '2:37 "resources.gpu" of stage "a" must be >= 0, but is -1',
    ],
    ['stages:\n  a: { module: x, env: [A-B] }\n', '2:25 "env.0" of stage "a" cannot be "A-B"'],
    ['stages:\n  a: { module: x }\n  a: { module: y }\n', '3:3 invalid YAML: duplicate key "a"'],
    ['stages:\n  a: { module: x, 1: y, "1": z }\n', '2:25 invalid YAML: duplicate key "1"'],
    [
      'stages: { a: &a { module: x, params: *a } }\n',
      '1:38 invalid YAML: the alias "*a" refers to a value that contains it',
    ],
    ['stages: { a: { <<: 3 } }\n', '1:16 invalid YAML: "<<" must be a map or a list of maps'],
    ['stages: { a: { ? [b] : 1 } }\n', '1:18 invalid YAML: a key must be a string'],
    ['stages: { a: { module: x, params: { p: .inf } } }\n', '1:40 invalid YAML: Infinity is not a finite number'],
    ['stages: { a: !!set { x } }\n', '1:14 invalid YAML: unresolved tag: tag:yaml.org,2002:set'],
    ['a: 1\n---\nb: 2\n', '2:1 invalid YAML: a second document starts here'],
    ['stages: { a: *nowhere }\n', '1:14 invalid YAML: no anchor "nowhere" precedes this alias'],
  ])('the pipeline file %j is rejected: %s', (text, expected) => {
    expect(shown(text)[0]).toContain(expected);
  });

  test.each([
    ['ort: {}', '1:18 "packages" of runtime fact "ort" is missing'],
    ['ort: { packages: [] }', '1:35 "packages" of runtime fact "ort" must not be empty, but is []'],
    ['ort: { packages: ort }', '1:35 "packages" of runtime fact "ort" must be an array, but is "ort"'],
    ['ort: { packages: [ort@1] }', '1:36 "packages.0" of runtime fact "ort" cannot be "ort@1"'],
    ['ort: { packages: [ort, ort] }', '1:35 "packages" of runtime fact "ort" must not contain duplicates'],
    ['ort: { packages: [ort], device: gpu }', '1:50 "device" of runtime fact "ort" must be a boolean, but is "gpu"'],
    ['ort: { packages: [ort], file: [a] }', '1:42 unknown key "file" in runtime fact "ort"'],
    ['ort: { packages: [ort], files: [/lib/a.so] }', '1:50 "files.0" of runtime fact "ort" cannot be "/lib/a.so"'],
    ['ort: { packages: [ort], files: [../a.so] }', '1:50 "files.0" of runtime fact "ort" cannot be "../a.so"'],
    ['ort: { packages: [ort], files: [b, a/../..] }', '1:53 "files.1" of runtime fact "ort" cannot be "a/../.."'],
    ['ort: { packages: [ort], files: ["C:/a.so"] }', '1:50 "files.0" of runtime fact "ort" cannot be "C:/a.so"'],
    ['ort: { packages: [ort], files: [""] }', '1:50 "files.0" of runtime fact "ort" cannot be ""'],
    ['ort: { packages: [ort], env: [A-B] }', '1:48 "env.0" of runtime fact "ort" cannot be "A-B"'],
    [
      'ort: { packages: [ort], env: [CUDA_VISIBLE_DEVICES] }',
      '1:48 "env.0" of runtime fact "ort" cannot be "CUDA_VISIBLE_DEVICES"',
    ],
    ['a.b: { packages: [ort] }', '1:18 invalid name "a.b"'],
  ])('a pipeline file with runtime_facts { %s } is rejected: %s', (facts, expected) => {
    expect(shown(`runtime_facts: { ${facts} }\nstages: { a: { module: x } }\n`)[0]).toContain(expected);
  });

  test('a runtime fact with a path outside its package gets advice on what to write', () => {
    const text = 'runtime_facts: { ort: { packages: [ort], files: [../a.so] } }\nstages: { a: { module: x } }\n';
    expect(problemsOf(text)[0]?.advice).toBe(
      'Use a path relative to the folder of the package, with / and without "..": lib/libx.so.',
    );
  });

  test('a runtime fact may name any package and any file in it', () => {
    const facts =
      '{ packages: [ort, "@scope/ort.js"], files: [a, ./b, "lib/..c/d..so", "ü ö"], env: [A_1], device: true }';
    expect(shown(`runtime_facts: { ort: ${facts} }\nstages: { a: { module: x } }\n`)).toEqual([]);
  });

  test('all errors of a pipeline file are reported together', () => {
    expect(shown('nam: x\nstages:\n  a: { modul: x }\n  b: { module: 1 }\n')).toEqual([
      '1:1 unknown key "nam"',
      '3:8 unknown key "modul" in stage "a"',
      '4:16 "module" of stage "b" must be a string, but is 1',
    ]);
  });

  test('an unknown key gets the most similar known key as advice', () => {
    expect(problemsOf('stages: { a: { module: x, parms: {} } }')[0]?.advice).toBe('Did you mean "params"?');
  });

  test('anchors and merge keys are resolved', () => {
    const declared = declarePipeline(
      'pipeline.yaml',
      'stages:\n  a: &base { module: x, params: { n: 1 } }\n  b: { <<: *base, module: y }\n',
    );
    expect(declared.ok && declared.value.pipeline.stages['b']).toEqual({ module: 'y', params: { n: 1 } });
  });

  test('an anchor may be used any number of times', () => {
    const stages = Array.from({ length: 1000 }, (_, index) => `  s${index}: { <<: *base, params: *params }`);
    const text = `stages:\n  a: &base { module: x, params: &params { n: 1 } }\n${stages.join('\n')}\n`;
    expect(shown(text)).toEqual([]);
  });

  test('an error in a merged map is reported at its place in the anchored map', () => {
    expect(shown('stages:\n  a: &base { module: x, env: [A-B] }\n  b: { <<: *base }\n')[1]).toContain('2:31 ');
  });

  test.each(['[', '{ a: ', '- ', '? '])(
    'a pipeline file that starts with "%s" fifty thousand times is rejected',
    (opening) => {
      expect(shown(opening.repeat(50_000))[0]).toMatch(
        /^1:\d+ invalid YAML: values are nested more than 200 levels deep$/,
      );
    },
  );

  test('an alias bomb is rejected without being expanded', () => {
    const lines = ['x0: &x0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]'];
    for (let i = 1; i < 9; i++)
      lines.push(
        `x${i}: &x${i} [${Array(9)
          .fill(`*x${i - 1}`)
          .join(', ')}]`,
      );
    expect(shown(lines.join('\n'))[0]).toBe('7:9 invalid YAML: its aliases expand to more than 1,000,000 values');
  });
});
