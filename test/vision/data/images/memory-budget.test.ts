import { describe, expect, test } from 'vitest';
import { MemoryBudget } from '../../../../src/vision/data/images/memory-budget.ts';

/** Returns a piece of work that ends when the test calls `end`. */
function held(): { started: boolean; end: () => void; work: () => Promise<void> } {
  const piece = {
    started: false,
    end: () => {},
    work: () => {
      piece.started = true;
      return new Promise<void>((resolve) => {
        piece.end = resolve;
      });
    },
  };
  return piece;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a memory budget of 10 bytes', () => {
  test('runs as much work concurrently as fits, in the order of the calls', async () => {
    const budget = new MemoryBudget(10);
    const pieces = [held(), held(), held(), held()];
    const all = [4, 5, 6, 1].map((bytes, index) => budget.use(bytes, pieces[index]?.work ?? held().work));
    await settled();
    expect(pieces.map(({ started }) => started)).toEqual([true, true, false, false]);
    pieces[0]?.end();
    await settled();
    expect(pieces.map(({ started }) => started)).toEqual([true, true, false, false]);
    pieces[1]?.end();
    await settled();
    expect(pieces.map(({ started }) => started)).toEqual([true, true, true, true]);
    for (const { end } of pieces) end();
    await Promise.all(all);
  });

  test('runs work that needs more than the budget alone', async () => {
    const budget = new MemoryBudget(10);
    const [small, large, last] = [held(), held(), held()];
    const all = [budget.use(1, small.work), budget.use(Number.POSITIVE_INFINITY, large.work), budget.use(1, last.work)];
    await settled();
    expect([small.started, large.started]).toEqual([true, false]);
    small.end();
    await settled();
    expect([large.started, last.started]).toEqual([true, false]);
    large.end();
    await settled();
    expect(last.started).toBe(true);
    last.end();
    await Promise.all(all);
  });

  test('frees the bytes of work that fails', async () => {
    const budget = new MemoryBudget(10);
    await expect(budget.use(10, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await budget.use(10, () => Promise.resolve('done'))).toBe('done');
  });
});
