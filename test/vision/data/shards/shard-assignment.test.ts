import { describe, expect, test } from 'vitest';
import { permutation } from '../../../../src/vision/data/shards/permutation.ts';
import { assignToShards } from '../../../../src/vision/data/shards/shard-assignment.ts';

const filesOf = (count: number) => Array.from({ length: count }, (_, index) => `Images/${index}.jpg`);

describe('images are assigned to shards', () => {
  test.each([
    [0, 0],
    [1, 1],
    [2048, 1],
    [2049, 2],
    [80_000, 64],
  ])('%i images to %i', (images, shards) => {
    expect(assignToShards(filesOf(images), 2048)).toHaveLength(shards);
  });

  test('each image to one, and about evenly', () => {
    const shards = assignToShards(filesOf(80_000), 2048);
    expect(shards.flatMap(({ files }) => files).sort()).toEqual(filesOf(80_000).sort());
    for (const { files } of shards) {
      expect(files.length).toBeLessThanOrEqual(2048);
      expect(files.length).toBeGreaterThan(900);
    }
    expect(new Set(shards.map(({ name }) => name)).size).toBe(shards.length);
  });

  test('by the set of their paths alone: neither their order nor how often they are named counts', () => {
    const files = filesOf(500);
    const shuffled = Array.from(permutation(500, 1, 0), (index) => files[index] ?? '');
    expect(assignToShards([...shuffled, ...files], 50)).toEqual(assignToShards(files, 50));
  });

  test('so that one that comes or goes concerns no other shard than its own', () => {
    const textOf = (files: readonly string[]) => assignToShards(files, 64).map((shard) => JSON.stringify(shard));
    let before = textOf(filesOf(100));
    for (let count = 101; count <= 1500; count += 1) {
      const now = textOf(filesOf(count));
      const [lost, gained] = [without(before, now), without(now, before)];
      // A shard that was full becomes two; with a chance of 2^-64 more.
      expect(lost).toBeLessThanOrEqual(1);
      expect(gained).toBeLessThanOrEqual(2);
      before = now;
    }
  });

  test('by pieces as small as one', () => {
    expect(assignToShards(filesOf(40), 1).map(({ files }) => files.length)).toEqual(new Array(40).fill(1));
  });
});

function without(these: readonly string[], those: readonly string[]): number {
  const known = new Set(those);
  return these.filter((one) => !known.has(one)).length;
}
