import { describe, expect, test } from 'vitest';
import { permutation } from '../../../../src/vision/data/shards/permutation.ts';
import { assignToShards } from '../../../../src/vision/data/shards/shard-assignment.ts';

const filesOf = (count: number) => Array.from({ length: count }, (_, index) => `Images/${index}.jpg`);

describe('assignToShards', () => {
  test.each([
    [0, 0],
    [1, 1],
    [2048, 1],
    [2049, 2],
    [80_000, 64],
  ])('assigns %i images to %i shards of at most 2,048', (images, shards) => {
    expect(assignToShards(filesOf(images), 2048)).toHaveLength(shards);
  });

  test('assigns each image to exactly one shard, about evenly', () => {
    const shards = assignToShards(filesOf(80_000), 2048);
    expect(shards.flatMap(({ files }) => files).sort()).toEqual(filesOf(80_000).sort());
    for (const { files } of shards) {
      expect(files.length).toBeLessThanOrEqual(2048);
      expect(files.length).toBeGreaterThan(900);
    }
    expect(new Set(shards.map(({ name }) => name)).size).toBe(shards.length);
  });

  test('depends only on the set of paths, not on their order or on repetitions', () => {
    const files = filesOf(500);
    const shuffled = Array.from(permutation(500, 1, 0), (index) => files[index] ?? '');
    expect(assignToShards([...shuffled, ...files], 50)).toEqual(assignToShards(files, 50));
  });

  test('changes only one shard when an image is added or removed, or divides it', () => {
    const textOf = (files: readonly string[]) => assignToShards(files, 64).map((shard) => JSON.stringify(shard));
    let before = textOf(filesOf(100));
    for (let count = 101; count <= 1500; count += 1) {
      const now = textOf(filesOf(count));
      const [lost, gained] = [without(before, now), without(now, before)];
      // A full shard is divided into two; into more only with a negligible probability.
      expect(lost).toBeLessThanOrEqual(1);
      expect(gained).toBeLessThanOrEqual(2);
      before = now;
    }
  });

  test('divides down to one image per shard', () => {
    expect(assignToShards(filesOf(40), 1).map(({ files }) => files.length)).toEqual(new Array(40).fill(1));
  });
});

function without(these: readonly string[], those: readonly string[]): number {
  const known = new Set(those);
  return these.filter((one) => !known.has(one)).length;
}
