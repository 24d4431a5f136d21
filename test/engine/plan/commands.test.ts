import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillCommand } from '../../../src/engine/plan/command-template.ts';
import { splitWords } from '../../../src/engine/plan/split-words.ts';
import { planOf } from '../../support/plan.ts';
import { unwrap } from '../../support/result.ts';

/** A pipeline with a stage that runs a command. */
function withCommand(command: string, more = ''): string {
  return `stages:
  make: { command: touch {outputs.table}, outputs: [table.csv, log], matrix: { seed: [1, 2] }, params: { seed: "\${matrix.seed}" } }
  read:
    command: ${command}
    inputs: { table: make@seed=1.table, tables: make.table, script: ./a.py }
    outputs: [out]
    params: { bins: 3, model: { depth: 2 } }${more}
`.replace('command: touch {outputs.table}', 'command: "touch {outputs.table} {outputs.log}"');
}

/** Returns the problems as `line:column message|advice`. */
function problemsOf(text: string): string[] {
  const plan = planOf(text, {});
  if (plan.ok) return [];
  return plan.failure.map(({ at, message, advice }) => `${at?.line}:${at?.column} ${message}|${advice}`);
}

describe('the words of a command', () => {
  const words = (text: string) => splitWords(text).map((word) => word.text);

  test.each<[string, string[]]>([
    ['python  a.py\n  --in x', ['python', 'a.py', '--in', 'x']],
    [`a 'b c' "d e" f\\ g`, ['a', 'b c', 'd e', 'f g']],
    [`--name="it's" ''`, [`--name=it's`, '']],
    ['a \\\n  b', ['a', 'b']],
  ])('%j are split as a shell does: %j', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  test('are never split by what is filled in, with or without a shell', () => {
    const values = fc.sample(
      fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
      300,
    );
    const params = Object.fromEntries(values.map((value, index) => [`p${index}`, value]));
    const placeholders = values.map((_, index) => `{params.p${index}}`);
    const filled = { inputs: {}, outputs: {}, params, paramsFile: '' };
    expect(fillCommand(['show', ...placeholders], filled)).toEqual(['show', ...values]);
    const [shell, ...rest] = fillCommand(`printf '%s\\0' ${placeholders.join(' ')}`, filled);
    const printed = spawnSync(shell, rest, { encoding: 'utf8' }).stdout;
    expect(printed.split('\0').slice(0, -1)).toEqual(values);
  });

  test('an input that collects the outputs of a matrix is as many words as it has paths', () => {
    const filled = { inputs: { tables: ['/a b', '/c'] }, outputs: {}, params: { depth: 2 }, paramsFile: '/p.json' };
    expect(fillCommand(['join', '{inputs.tables}', '--depth={params.depth}', '{params}'], filled)).toEqual([
      ...['join', '/a b', '/c', '--depth=2', '/p.json'],
    ]);
    expect(fillCommand('join {inputs.tables} > {params}', filled).at(-1)).toBe("join '/a b' /c > /p.json");
  });
});

describe('a stage with a command', () => {
  test('has its outputs and its command in the plan', () => {
    const plan = unwrap(planOf(withCommand('python a.py {inputs.tables} {params.model.depth} {params}'), {}));
    expect(plan.stages.at(-1)).toMatchObject({
      kind: 'command',
      command: { template: ['python', 'a.py', '{inputs.tables}', '{params.model.depth}', '{params}'] },
      outputs: [{ name: 'out', file: 'out' }],
    });
  });

  test('gets a list of paths of a matrix, whether that has one instance or more, unless the reference chooses one', () => {
    const text = withCommand('cat {inputs.table} {inputs.tables}');
    for (const seeds of ['[1, 2]', '[1]']) {
      const plan = unwrap(planOf(text.replace('[1, 2]', seeds), {}));
      expect(plan.stages.at(-1)?.inputs.get('table')?.kind).toBe('artifact');
      expect(plan.stages.at(-1)?.inputs.get('tables')?.kind).toBe('collection');
    }
  });

  test.each([
    ['cat {inputs.tabel}', '4:18 unknown placeholder {inputs.tabel}|Did you mean "table"?'],
    ['cat {table}', '4:18 unknown placeholder {table}|Did you mean {inputs.table}?'],
    ['cat --bins={params.bin}', '4:25 unknown placeholder {params.bin}|Did you mean "bins"?'],
    ['cat {params.model.deep}', '4:18 unknown placeholder {params.model.deep}|Known names: depth.'],
    ['"{ a"', '4:16 no placeholder begins with this brace|'],
    ['cat a{inputs.tables}', '4:19 {inputs.tables} is several paths, so it can only be a word of its own|'],
    ['cat {inputs.table} | wc -l', '4:33 "|" needs a shell, and none runs this command|Add `shell: true`'],
    ['cat $HOME', '4:18 "$HOME" needs a shell, and none runs this command|'],
    ["cat 'a b", '4:18 a quote in this word is never closed|'],
    ['""', '4:14 the command names no program|Begin with one'],
  ])('reports what is wrong with "%s" at its place', (command, expected) => {
    expect(problemsOf(withCommand(command.startsWith('"') ? `'${command}'` : command))[0]).toContain(expected);
  });

  test('accepts for a shell what only a shell understands', () => {
    const command = '"cat {inputs.table} | wc -l > $PIPELINE_WORK/a; echo \'{{\'"';
    expect(problemsOf(withCommand(command, '\n    shell: true'))).toEqual([]);
  });

  test('refuses a quoted placeholder in a script, whose value has quotes of its own', () => {
    const [found] = problemsOf(withCommand(`'cat "{inputs.table}"'`, '\n    shell: true'));
    expect(found).toContain('4:20 this placeholder is within quotes, but its value gets quotes of its own');
  });

  test('reports an unknown param of --set', () => {
    const plan = planOf(withCommand('cat {inputs.table}'), {}, { set: ['read.bin=4'] });
    expect(plan).toMatchObject({ ok: false, failure: [{ message: 'unknown param "bin" of stage "read"' }] });
  });
});
