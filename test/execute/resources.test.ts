import { describe, expect, test } from 'vitest';
import { type Amounts, ResourcePool } from '../../src/execute/resources.ts';

/** Asks for each of `wanted` in order and notes who was let in, until nothing moves any more. */
async function admitted(total: Amounts, wanted: readonly Amounts[]) {
  const pool = new ResourcePool(total);
  const inside: number[] = [];
  const giveBack = new Map<number, () => void>();
  for (const [index, amounts] of wanted.entries()) {
    void pool.take(amounts).then((release) => {
      inside.push(index);
      giveBack.set(index, release);
    });
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  await settle();
  return {
    inside,
    leave: async (index: number) => {
      giveBack.get(index)?.();
      await settle();
    },
  };
}

describe('the resources of the machine', () => {
  test('let in as many stages as fit', async () => {
    const one = { jobs: 1, cpu: 1, gpu: 0 };
    const { inside, leave } = await admitted({ jobs: 2, cpu: 4, gpu: 0 }, [one, one, one]);
    expect(inside).toEqual([0, 1]);
    await leave(1);
    expect(inside).toEqual([0, 1, 2]);
  });

  test('let a small stage go before a big one that does not fit yet', async () => {
    const pool = { jobs: 4, cpu: 2, gpu: 0 };
    const small = { jobs: 1, cpu: 1, gpu: 0 };
    const { inside, leave } = await admitted(pool, [small, { ...small, cpu: 2 }, small]);
    expect(inside).toEqual([0, 2]);
    await leave(0);
    await leave(2);
    expect(inside).toEqual([0, 2, 1]);
  });

  test('let in one stage a GPU', async () => {
    const training = { jobs: 1, cpu: 1, gpu: 1 };
    const { inside } = await admitted({ jobs: 8, cpu: 8, gpu: 1 }, [training, training]);
    expect(inside).toEqual([0]);
  });

  test('take a stage that wants more than there is as wanting all there is', async () => {
    const { inside } = await admitted({ jobs: 2, cpu: 2, gpu: 0 }, [{ jobs: 1, cpu: 64, gpu: 4 }]);
    expect(inside).toEqual([0]);
  });
});
