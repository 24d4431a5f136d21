import { describe, expect, test } from 'vitest';
import type { LockedStage, Lockfile } from '../../../src/engine/execute/lockfile.ts';
import { planVerification } from '../../../src/engine/execute/verification.ts';
import { type ActionKey, sha256 } from '../../../src/engine/fingerprint/digest.ts';
import type { Plan } from '../../../src/engine/plan/plan.ts';
import { graphOf } from '../../support/plan.ts';
import { unwrap } from '../../support/result.ts';

/*  a ─┬─ b ─── d ─── e
 *     └─ c ───┘
 *     f                    */
const plan = unwrap(graphOf('a:', 'b: a', 'c: a', 'd: b c', 'e: d', 'f:'));
const keyOf = (name: string) => sha256(name) as string as ActionKey;
const lockfile: Lockfile = new Map(
  plan.stages.map(({ name }): [string, LockedStage] => [name, { key: keyOf(name), outputs: {} }]),
);

/** Plans the verification of the stages `names`, if those of `pinned` are declared with `deterministic: false`. */
function verified(names: string, pinned: string) {
  const stages = plan.stages.map((stage) => ({ ...stage, deterministic: !pinned.includes(stage.name) }));
  const found = planVerification({ ...plan, stages } as unknown as Plan, [...names], lockfile);
  const text = (set: Iterable<string>) => [...set].sort().join('');
  expect(found.reusedKeys).toEqual(new Set(found.reused.map(({ name }) => keyOf(name))));
  expect(text(found.selection.forced)).toBe(text(found.rerun));
  expect(text(found.selection.cachedOnly)).toBe(text(found.reused.map(({ name }) => name)));
  return { rerun: text(found.rerun), reused: text(found.reused.map(({ name }) => name)), pinned: text(found.pinned) };
}

describe('pipeline verify', () => {
  test.each<[names: string, pinned: string, rerun: string, reused: string, expectedPinned: string]>([
    ['', '', 'abcdef', '', ''],
    ['d', '', 'd', 'abc', ''],
    ['bf', '', 'bf', 'a', ''],
    ['', 'b', 'acdef', 'b', 'b'],
    ['', 'e', 'abcdf', '', 'e'],
    ['b', 'b', '', '', 'b'],
    ['', 'abcdef', '', '', 'abcdef'],
  ])(
    'for the stages "%s", of which "%s" are not deterministic, reruns "%s" and reuses "%s"',
    (names, pinned, rerun, reused, expectedPinned) => {
      expect(verified(names, pinned)).toEqual({ rerun, reused, pinned: expectedPinned });
    },
  );
});
