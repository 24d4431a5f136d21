import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { resizeToShards } from '../../../../src/vision/data/shards/resize-to-shards.ts';
import { openShards } from '../../../../src/vision/data/shards/shards.ts';
import { temporaryFolder, writeFiles } from '../../../support/dataset.ts';
import { unwrap } from '../../../support/result.ts';
import { CASES, PLACES } from './hostile-images.ts';
import { type Colour, colourAt, expectNear, SIZE } from './image-makers.ts';

describe('resizing a folder of hostile images', () => {
  const all = [
    ...CASES.map(([name, , expected]) => [name, expected] as const),
    ...PLACES.map(([name, , expected]) => [name, expected] as const),
  ];
  let colours: ReadonlyMap<string, readonly [Colour, Colour]>;
  let reasons: ReadonlyMap<string, string>;
  let grown: number;
  const cleanUps: (() => void)[] = [];

  beforeAll(async () => {
    const folder = () => temporaryFolder((cleanUp) => void cleanUps.push(cleanUp));
    const dataset = folder();
    for (const [name, make] of CASES) writeFiles(dataset, { [name]: await make() });
    for (const [name, make] of PLACES) make(join(dataset, name));
    const before = process.resourceUsage().maxRSS;
    const directory = join(folder(), 'shards');
    unwrap(
      await resizeToShards(directory, {
        root: dataset,
        files: all.map(([name]) => name),
        size: SIZE,
        fit: 'fill',
        interpolation: 'antialiased',
        imagesPerShard: 10,
        batch: 4,
        onBadImage: 'quarantine',
        work: folder(),
        signal: new AbortController().signal,
        onProgress: () => undefined,
      }),
    );
    grown = process.resourceUsage().maxRSS - before;
    const shards = unwrap(await openShards(directory));
    reasons = shards.quarantined;
    const found = new Map<string, readonly [Colour, Colour]>();
    for (const [name] of all) {
      const row = shards.rowOf(name);
      if (row === undefined) continue;
      const pixels = new Uint8Array(SIZE * SIZE * 3);
      unwrap(await shards.readRows([row], pixels));
      found.set(name, [colourAt(pixels, 2, 8), colourAt(pixels, 13, 8)]);
    }
    colours = found;
    await shards.close();
    return () => {
      for (const cleanUp of cleanUps) cleanUp();
    };
  });

  test('covers more than sixty kinds of images', () => {
    expect(all.length).toBeGreaterThan(60);
  });

  test.each(all)('decodes %s correctly or quarantines it with the reason', (name, expected) => {
    if (expected instanceof RegExp) {
      expect(reasons.get(name)).toMatch(expected);
      expect(colours.get(name), 'the image is in none of the shards').toBeUndefined();
      return;
    }
    expect(reasons.get(name), 'the image is not quarantined').toBeUndefined();
    for (const [side, colour] of expected.entries()) expectNear(colours.get(name)?.[side], colour);
  });

  test('needs less than 600 MB of memory, whatever sizes the images declare', () => {
    expect(grown).toBeLessThan(600_000);
  });
});
