import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../src/engine/cli/commands.ts';
import { type Parsed, parse } from '../../../src/engine/cli/parse.ts';

const parsed = (...words: string[]): Parsed => parse(words, COMMANDS);

/** Returns what a valid command line means, without what is not given. */
function meaning(...words: string[]) {
  const found = parsed(...words);
  if (found.kind !== 'command') throw new Error(JSON.stringify(found));
  const given = Object.entries(found.options).filter(([key, value]) => value !== (key === 'color'));
  return { command: found.command.name, args: found.args, ...Object.fromEntries(given) };
}

describe('a valid command line', () => {
  test.each<[string[], object]>([
    [['run'], { command: 'run', args: [], set: [] }],
    [['run', 'a', 'b', '--json', '--dry-run'], { args: ['a', 'b'], json: true, dryRun: true }],
    [['run', '--set', 'a=1', '--set=b=2', '--jobs', '3', '--no-color'], { set: ['a=1', 'b=2'], jobs: 3, color: false }],
    [['run', '--from', 'a', '--until=b', '-f', 'o.yaml'], { from: 'a', until: 'b', file: 'o.yaml' }],
    [['run', '-fo.yaml', '--from', 'a', '--from', 'b'], { file: 'o.yaml', from: 'b' }],
    [['run', '--set', 'a=-1'], { set: ['a=-1'] }],
    [['run', '--from=--odd'], { from: '--odd' }],
    [['graph'], { command: 'graph', format: 'mermaid' }],
    [['graph', '--format', 'svg'], { format: 'svg' }],
    [['export', 'a.b', 'out', '--force'], { args: ['a.b', 'out'], force: true }],
    [['inspect', '--', '--a.b'], { args: ['--a.b'] }],
    [['cache', 'gc', '--keep-runs', '0'], { command: 'cache gc', args: [], keepRuns: 0 }],
    [['complete', '--', 'run', '--fr'], { command: 'complete', args: ['run', '--fr'] }],
  ])('%j is parsed', (words, expected) => {
    expect(meaning(...words)).toMatchObject(expected);
  });

  test('switches that are not given are false, and colours are on', () => {
    const { options } = parsed('run') as Parsed & { readonly kind: 'command' };
    expect(options).toMatchObject({ json: false, force: false, color: true, set: [] });
    expect(options).not.toHaveProperty('jobs');
  });
});

test.each([
  [[], { about: [], isRequested: false }],
  [['cache'], { about: ['cache'], isRequested: false }],
  [['--help'], { about: [], isRequested: true }],
  [['help'], { about: [], isRequested: true }],
  [['run', 'a', '-h', '--frm'], { about: ['run'] }],
  [['help', 'cache', 'gc'], { about: ['cache', 'gc'], isRequested: true }],
  [['cache', 'help', 'gc'], { about: ['cache', 'gc'] }],
  [['help', 'cache'], { about: ['cache'], isRequested: true }],
])('%j asks for help', (words, expected) => {
  expect(parsed(...words)).toMatchObject({ kind: 'help', ...expected });
});

test('--version asks for the version', () => {
  expect(parsed('--version')).toEqual({ kind: 'version' });
});

describe('an invalid command line', () => {
  test.each<[string[], object[]]>([
    [['walk'], [{ kind: 'unknown-command', word: 'walk' }]],
    [['cache', 'foo'], [{ kind: 'unknown-command', word: 'foo' }]],
    [['help', 'walk'], [{ kind: 'unknown-command', word: 'walk' }]],
    [['-f', 'x', 'run'], [{ kind: 'option-before-command', option: '-f' }]],
    [['run', '--frm', 'a'], [{ kind: 'unknown-option', option: '--frm' }]],
    [['run', '--no-json'], [{ kind: 'unknown-option', option: '--no-json' }]],
    [['run', '--json=1'], [{ kind: 'needless-value', value: '1' }]],
    [['run', '--jobs', '-1'], [{ kind: 'invalid-value', value: '-1' }]],
    [['graph', '--format', 'png'], [{ kind: 'invalid-value', value: 'png' }]],
    [['run', '--from'], [{ kind: 'missing-value', next: undefined }]],
    [['run', '--from', '--until', 'b'], [{ kind: 'missing-value', next: '--until' }]],
    [['graph', 'a'], [{ kind: 'needless-argument', word: 'a' }]],
    [['export'], [{ kind: 'missing-argument', name: 'REF' }, { name: 'DIR' }]],
    [['export', 'a', 'b', 'c'], [{ kind: 'needless-argument', word: 'c' }]],
    [
      ['run', '-x', '--jobs', '0'],
      [{ kind: 'unknown-option', option: '-x' }, { kind: 'invalid-value' }],
    ],
  ])('every fault of %j is found', (words, faults) => {
    const found = parsed(...words) as Parsed & { readonly kind: 'invalid' };
    expect(found.kind).toBe('invalid');
    expect(found.faults).toMatchObject(faults);
    expect(found.faults).toHaveLength(faults.length);
  });
});
