import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

export type Several<Item> = readonly [Item, ...Item[]];

/** A stream of draws. The same name gives the same stream on every machine. */
export interface Random {
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform among the whole numbers from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  /** True in the given share of the cases. */
  chance(share: number): boolean;
  pick<Item>(items: Several<Item>): Item;
  /** −1 or 1. */
  sign(): -1 | 1;
  /** 32 random bits as a signed integer. */
  bits(): number;
}

/** A stream of its own for each name, so that no picture's draws depend on which were drawn before it. */
export function randomFor(name: string): Random {
  const digest = createHash('sha256').update(name).digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  return {
    between: (low, high) => low + (high - low) * uniformFloat64(generator),
    whole: (low, high) => uniformInt(generator, low, high),
    chance: (share) => uniformFloat64(generator) < share,
    pick: (items) => items[uniformInt(generator, 0, items.length - 1)] ?? items[0],
    sign: () => (uniformInt(generator, 0, 1) === 0 ? -1 : 1),
    bits: () => generator.next(),
  };
}
