import { describe, expect, test } from 'vitest';
import { findCulprits } from '../../../src/engine/verify/vary/culprits.ts';

const ITEMS = ['home', 'user', 'zone', 'locale', 'host', 'umask', 'cpus', 'order', 'clock', 'path'];

/** Looks for what makes the difference in a stage that differs if one of these sets is there. */
async function culpritsOf(...guilty: readonly (readonly string[])[]) {
  let tries = 0;
  const found = await findCulprits(ITEMS, async (items) => {
    tries++;
    return guilty.some((set) => set.every((item) => items.includes(item)));
  });
  return { names: found.map(({ culprit }) => culprit), found, tries };
}

describe('what makes a difference is found by halving', () => {
  test.each(ITEMS)('%s alone, in at most five tries', async (item) => {
    const { names, tries } = await culpritsOf([item]);
    expect(names).toEqual([item]);
    expect(tries).toBeLessThanOrEqual(5);
  });

  test('all of them, if several do', async () => {
    const { names } = await culpritsOf(['clock'], ['user'], ['host']);
    expect(names.sort()).toEqual(['clock', 'host', 'user']);
  });

  test('even if only two of them together do', async () => {
    const { found } = await culpritsOf(['zone', 'clock']);
    expect(found.map(({ culprit }) => culprit)).toEqual(['clock']);
    expect(found[0]?.among).toContain('zone');
  });
});
