import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * Returns the numbers from 0 to `count` − 1 in random order (Fisher–Yates with xoroshiro128+), int32 `[count]`. The same
 * arguments give the same order on every machine; each epoch has its own order.
 */
export function permutation(count: number, seed: number, epoch: number): Int32Array {
  const random = xoroshiro128plus(seed);
  // A jump skips 2^64 random numbers, so the epochs of a seed never overlap; mixing the epoch into the seed could not ensure that.
  for (let jumps = 0; jumps < epoch; jumps += 1) random.jump();
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const chosen = uniformInt(random, 0, last);
    const value = order[chosen] ?? 0;
    order[chosen] = order[last] ?? 0;
    order[last] = value;
  }
  return order;
}
