import { describe, expect, test } from 'vitest';
import { describeProblems } from '../../../src/engine/report/problems.ts';
import { Project } from '../../support/project.ts';

const plain = (_format: string, text: string) => text;

describe('the description of a problem', () => {
  test('a problem is shown with its place, its source line, a squiggle under the error, and advice', () => {
    const project = new Project({ 'pipeline.yaml': 'stages:\n  a: { modul: x }\n' });
    const at = { file: 'pipeline.yaml', line: 2, column: 8, length: 5 };
    const problem = { message: 'unknown key "modul"', at, advice: 'Did you mean "module"?' };
    expect(describeProblems([problem], [project.directory], plain)).toBe(
      [
        'error: pipeline.yaml:2:8: unknown key "modul"',
        '  2 |   a: { modul: x }',
        '    |        ^~~~~',
        '  → Did you mean "module"?',
      ].join('\n'),
    );
  });

  test('tabs are kept, so that the squiggle is aligned', () => {
    const project = new Project({ 'a.csv': '\t\tbad\n' });
    const shown = describeProblems(
      [{ message: 'bad', at: { file: 'a.csv', line: 1, column: 3, length: 3 } }],
      [project.directory],
      plain,
    );
    expect(shown.split('\n').at(-1)).toBe('    | \t\t^~~');
  });

  test('control characters in the source line are replaced', () => {
    const project = new Project({ 'a.csv': 'a,\u001b[2Jb\tc\n' });
    const at = { file: 'a.csv', line: 1, column: 3, length: 2 };
    expect(describeProblems([{ message: 'bad', at }], [project.directory], plain)).toBe(
      ['error: a.csv:1:3: bad', '  1 | a,·[2Jb\tc', '    |   ^~'].join('\n'),
    );
  });

  test('a problem in a file that is no text is shown without a source line', () => {
    const project = new Project({ 'a.parquet': 'PAR1\0\u0015\n\0b\n' });
    const problem = { message: 'bad', at: { file: 'a.parquet', line: 2 } };
    expect(describeProblems([problem], [project.directory], plain)).toBe('error: a.parquet:2: bad');
  });

  test('a problem whose place is not in a file is shown without a source line', () => {
    expect(describeProblems([{ message: 'no', at: { file: '--set a=1' } }], [], plain)).toBe('error: --set a=1: no');
    expect(describeProblems([{ message: 'no', at: { file: 'gone.ts', line: 3 } }], ['/'], plain)).toBe(
      'error: gone.ts:3: no',
    );
  });
});
