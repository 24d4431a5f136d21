import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** An array with at least one item. */
export type NonEmpty<Item> = readonly [Item, ...Item[]];

/** A stream of random numbers. The same name gives the same stream on every machine. */
export interface Random {
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform among the integers from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  /** True with the probability `share`. */
  chance(share: number): boolean;
  pick<Item>(items: NonEmpty<Item>): Item;
  /** −1 or 1. */
  sign(): -1 | 1;
  /** 32 random bits as a signed integer. */
  bits(): number;
}

/** Returns the stream of a name. Each image has its own stream, so it does not depend on the images drawn before it. */
export function randomFor(name: string): Random {
  const digest = createHash('sha256').update(name).digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  return {
    between: (low, high) => low + (high - low) * uniformFloat64(generator),
    integer: (low, high) => uniformInt(generator, low, high),
    chance: (share) => uniformFloat64(generator) < share,
    pick: (items) => items[uniformInt(generator, 0, items.length - 1)] ?? items[0],
    sign: () => (uniformInt(generator, 0, 1) === 0 ? -1 : 1),
    bits: () => generator.next(),
  };
}
