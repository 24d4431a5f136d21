import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RecordBatch, RecordBatchReader, tableFromIPC } from 'apache-arrow';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../src/vision/data/images/decode.ts';
import { resizeToShards } from '../../src/vision/data/shards/resize-to-shards.ts';
import { readShardIndex } from '../../src/vision/data/shards/shard-index.ts';
import { openShards } from '../../src/vision/data/shards/shards.ts';
import { textColumn, writeArrowTable } from '../../src/vision/data/tables/arrow-file.ts';
import resize from '../../stages/resize-to-arrow-shards.ts';
import { contents, temporaryFolder, writeFiles } from '../support/dataset.ts';
import { unwrap } from '../support/result.ts';
import { runStage } from '../support/run-stage.ts';
import { fileOf, imagesOf, jpegOf, params } from './resized-images.ts';

/** Writes images with as much detail as photographs. */
async function photographsOf(count: number): Promise<{ dataset: string; images: string }> {
  const inputs = await imagesOf(count);
  for (let index = 0; index < count; index += 1) {
    const noise = { type: 'gaussian', mean: 20 * index, sigma: 40 } as const;
    const image = sharp({ create: { width: 20, height: 20, channels: 3, background: '#000', noise } });
    writeFiles(inputs.dataset, {
      [fileOf(index)]: await image.resize(200, 200, { kernel: 'cubic' }).jpeg().toBuffer(),
    });
  }
  return inputs;
}

async function allPixels(directory: string): Promise<number[]> {
  const shards = unwrap(await openShards(directory));
  const into = new Uint8Array(shards.count * shards.height * shards.width * 3);
  const rows = Array.from({ length: shards.count }, (_, index) => shards.rowOf(fileOf(index)) ?? -1);
  unwrap(await shards.readRows(rows, into));
  await shards.close();
  return [...into];
}

function bytesIn(directory: string): number {
  return Object.values(contents(directory)).reduce((sum, { length }) => sum + length, 0);
}

describe('resize-to-arrow-shards', () => {
  test('writes shards of at most images_per_shard images, in record batches', async () => {
    const { failure, outputs } = await runStage(resize, { params, inputs: await imagesOf(15) });
    expect(failure).toBeUndefined();
    const { shards } = unwrap(await readShardIndex(outputs.shards ?? ''));
    expect(readdirSync(outputs.shards ?? '')).toEqual(['index.json', ...shards.map(({ file }) => file)]);
    expect(shards.flatMap(({ images }) => images.map(({ file }) => file)).sort()).toEqual(
      Array.from({ length: 15 }, (_, index) => fileOf(index)),
    );
    for (const { file, images } of shards) {
      const { batches } = tableFromIPC(readFileSync(join(outputs.shards ?? '', file)));
      expect(images.length).toBeLessThanOrEqual(6);
      expect(batches.map(({ numRows }) => numRows)).toEqual(
        images.length > 4 ? [4, images.length - 4] : [images.length],
      );
    }
  });

  test('writes the pixels, the source, its SHA-256 and the size of the original of each image', async () => {
    const inputs = await imagesOf(5);
    const { outputs } = await runStage(resize, { params, inputs });
    const table = tableFromIPC(readFileSync(join(outputs.shards ?? '', 'shard-all.arrow')));
    const source = await jpegOf(4);
    const { pixels } = unwrap(
      await decodeImage(source, { width: 4, height: 4, fit: 'fill', interpolation: 'antialiased' }),
    );
    const { image, ...row } = table.get(4)?.toJSON() ?? {};
    expect(row).toEqual({
      file: fileOf(4),
      source_sha256: createHash('sha256').update(source).digest('hex'),
      original_width: 34,
      original_height: 20,
    });
    expect(Buffer.from(image.toArray())).toEqual(Buffer.from(pixels));
  });

  test('writes the image column as Arrow’s fixed_shape_tensor [height, width, 3]', async () => {
    const { outputs } = await runStage(resize, { params, inputs: await imagesOf(1) });
    const { schema } = tableFromIPC(readFileSync(join(outputs.shards ?? '', 'shard-all.arrow')));
    expect(String(schema.fields[0])).toBe('image: FixedSizeList[48]<Uint8>');
    expect(Object.fromEntries(schema.fields[0]?.metadata ?? [])).toEqual({
      'ARROW:extension:name': 'arrow.fixed_shape_tensor',
      'ARROW:extension:metadata': '{"shape":[4,4,3]}',
    });
  });

  test('writes shards that stream readers can read, too', async () => {
    const { outputs } = await runStage(resize, { params, inputs: await imagesOf(6) });
    const file = readFileSync(join(outputs.shards ?? '', 'shard-all.arrow'));
    const MAGIC_BYTES = 8;
    const batches: RecordBatch[] = [...RecordBatchReader.from(file.subarray(MAGIC_BYTES))];
    expect(batches.map(({ numRows }) => numRows)).toEqual([4, 2]);
    expect(batches[0]?.get(3)?.['file']).toBe(fileOf(3));
  });

  test('gives byte-identical shards whatever the order of the images', async () => {
    const inputs = await imagesOf(9);
    const first = await runStage(resize, { params, inputs });
    const reversed = join(temporaryFolder(), 'images.arrow');
    await writeArrowTable(reversed, { file: textColumn(Array.from({ length: 9 }, (_, index) => fileOf(8 - index))) });
    const second = await runStage(resize, { params, inputs: { ...inputs, images: reversed } });
    expect(contents(second.outputs.shards ?? '')).toEqual(contents(first.outputs.shards ?? ''));
  });

  test('reports its progress in images', async () => {
    const { progress } = await runStage(resize, { params, inputs: await imagesOf(9) });
    expect(progress).toEqual([4, 8, 9].map((done) => ({ done, total: 9, unit: 'images' })));
  });

  test('writes an index without shards for no images', async () => {
    const { outputs } = await runStage(resize, { params, inputs: await imagesOf(0) });
    expect(readdirSync(outputs.shards ?? '')).toEqual(['index.json']);
    expect(unwrap(await openShards(outputs.shards ?? '')).count).toBe(0);
  });
});

describe('resize-to-arrow-shards with the encoding "jpeg"', () => {
  test('uses less than a third of the disk space and changes pixels by less than 3 of 255 on average', async () => {
    const inputs = await photographsOf(12);
    const raw = await runStage(resize, { params: { ...params, size: 64 }, inputs });
    const jpeg = await runStage(resize, { params: { ...params, size: 64, encoding: 'jpeg' }, inputs });
    const [large, small] = [raw, jpeg].map(({ outputs }) => bytesIn(outputs.shards ?? ''));
    expect(small).toBeLessThan((large ?? 0) / 3);
    const [was, is] = [await allPixels(raw.outputs.shards ?? ''), await allPixels(jpeg.outputs.shards ?? '')];
    const apart = was.map((value, at) => Math.abs(value - (is[at] ?? 0)));
    expect(apart.reduce((sum, value) => sum + value, 0) / apart.length).toBeLessThan(3);
  });

  test('stores one JPEG per image, which openShards decodes', async () => {
    const { outputs } = await runStage(resize, { params: { ...params, encoding: 'jpeg' }, inputs: await imagesOf(6) });
    const table = tableFromIPC(readFileSync(join(outputs.shards ?? '', 'shard-all.arrow')));
    const shards = unwrap(await openShards(outputs.shards ?? ''));
    for (const row of Array.from({ length: 6 }, (_, index) => index)) {
      const found = await sharp(table.get(row)?.['image']).raw().toBuffer();
      const into = new Uint8Array(48);
      unwrap(await shards.readRows([row], into));
      expect(Buffer.from(into)).toEqual(found);
    }
    await shards.close();
  });
});

test('resizeToShards stops early when it is cancelled', async () => {
  const inputs = await imagesOf(1);
  const cancel = new AbortController();
  const reached: number[] = [];
  const resized = resizeToShards(join(temporaryFolder(), 'shards'), {
    root: inputs.dataset,
    files: Array.from({ length: 1000 }, (_, index) => `./${'/'.repeat(index)}${fileOf(0)}`),
    work: temporaryFolder(),
    size: 4,
    fit: 'fill',
    interpolation: 'antialiased',
    imagesPerShard: 6,
    batch: 4,
    signal: cancel.signal,
    onProgress: (done) => {
      reached.push(done);
      cancel.abort();
    },
  });
  await expect(resized).rejects.toMatchObject({ name: 'AbortError' });
  expect(reached).toEqual([4]);
});
