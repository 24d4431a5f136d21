import { describe, expect, test } from 'vitest';
import { affected, type Choice, select } from '../../../src/engine/plan/select.ts';
import { graphOf } from '../../support/plan.ts';
import { unwrap } from '../../support/result.ts';

/*  a ─┬─ b ─── d ─── e
 *     └─ c ───┘
 *     f                    */
const plan = unwrap(graphOf('a:', 'b: a', 'c: a', 'd: b c', 'e: d', 'f:'));

function selected(choice: Partial<Choice>) {
  const selection = unwrap(select(plan, { stages: [], force: false, ...choice }));
  const text = (names: ReadonlySet<string>) => [...names].sort().join('');
  return { stages: text(selection.stages), forced: text(selection.forced), cachedOnly: text(selection.cachedOnly) };
}

/** The stages that differ from a revision. */
const changed = (names: string): Partial<Choice> => ({ isChanged: ({ name }) => names.includes(name) });

describe('the selection of stages by pipeline run', () => {
  test.each<[string, Partial<Choice>, { stages: string; forced: string; cachedOnly: string }]>([
    ['', {}, { stages: 'abcdef', forced: '', cachedOnly: '' }],
    ['d', { stages: ['d'] }, { stages: 'abcd', forced: '', cachedOnly: '' }],
    ['b f', { stages: ['b', 'f'] }, { stages: 'abf', forced: '', cachedOnly: '' }],
    ['--from c', { from: 'c' }, { stages: 'abcde', forced: 'cde', cachedOnly: '' }],
    ['--from a', { from: 'a' }, { stages: 'abcde', forced: 'abcde', cachedOnly: '' }],
    ['--until b', { until: 'b' }, { stages: 'ab', forced: '', cachedOnly: '' }],
    ['--from b --until d', { from: 'b', until: 'd' }, { stages: 'abcd', forced: 'bd', cachedOnly: '' }],
    ['--only d', { only: 'd' }, { stages: 'abcd', forced: '', cachedOnly: 'abc' }],
    ['--only d --force', { only: 'd', force: true }, { stages: 'abcd', forced: 'd', cachedOnly: 'abc' }],
    ['--force', { force: true }, { stages: 'abcdef', forced: 'abcdef', cachedOnly: '' }],
    ['d --force', { stages: ['d'], force: true }, { stages: 'abcd', forced: 'd', cachedOnly: '' }],
    ['--since REV, c changed', changed('c'), { stages: 'abcde', forced: '', cachedOnly: '' }],
    ['--since REV, e and f changed', changed('ef'), { stages: 'abcdef', forced: '', cachedOnly: '' }],
    ['--since REV, nothing changed', changed(''), { stages: '', forced: '', cachedOnly: '' }],
    ['b --since REV, a changed', { ...changed('a'), stages: ['b'] }, { stages: 'ab', forced: '', cachedOnly: '' }],
    ['b --since REV, c changed', { ...changed('c'), stages: ['b'] }, { stages: '', forced: '', cachedOnly: '' }],
    [
      '--until d --since REV, b changed',
      { ...changed('b'), until: 'd' },
      { stages: 'abcd', forced: '', cachedOnly: '' },
    ],
  ])('pipeline run %s selects the expected stages', (_arguments, choice, expected) => {
    expect(selected(choice)).toEqual(expected);
  });

  test('an unknown stage is reported', () => {
    const selection = select(plan, { stages: ['bb'], from: 'zzz', force: false });
    expect(selection.ok ? [] : selection.failure).toEqual([
      { message: 'unknown stage "bb"', at: { file: 'bb' }, advice: 'Did you mean "b"?' },
      { message: 'unknown stage "zzz"', at: { file: '--from zzz' }, advice: 'Known names: a, b, c, d, e and f.' },
    ]);
  });

  test('what is affected by changes is listed in the order of the graph', () => {
    expect(affected(plan, ({ name }) => 'fb'.includes(name))).toEqual(['b', 'd', 'e', 'f']);
  });

  test.each([{ from: 'b' }, { only: 'b' }, { force: true }])('--since in combination with %o is rejected', (choice) => {
    expect(select(plan, { stages: [], force: false, ...changed('c'), ...choice }).ok).toBe(false);
  });

  test('--only in combination with another selection is rejected', () => {
    expect(select(plan, { stages: ['a'], only: 'b', force: false }).ok).toBe(false);
  });
});
