import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RecordBatch, RecordBatchReader, tableFromIPC } from 'apache-arrow';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../src/data/decode.ts';
import { writeImages } from '../../src/data/images.ts';
import { resizeToShards } from '../../src/data/resize-to-shards.ts';
import { openShards } from '../../src/data/shards.ts';
import resize from '../../stages/resize-to-arrow-shards.ts';
import { contents, temporaryFolder, writeFiles } from '../support/dataset.ts';
import { unwrap } from '../support/result.ts';
import { runStage } from '../support/run-stage.ts';

const fileOf = (index: number) => `Images/${String(index).padStart(2, '0')}.jpg`;

/** A JPEG that differs from every other index's. */
const jpegOf = (index: number): Promise<Buffer> =>
  sharp({
    create: { width: 30 + index, height: 20, channels: 3, background: { r: index * 10, g: 255 - index * 10, b: 99 } },
  })
    .jpeg()
    .toBuffer();

/** A data set's folder with `count` images, and the table that lists them. */
async function imagesOf(count: number): Promise<{ dataset: string; images: string }> {
  const dataset = temporaryFolder();
  const files = Array.from({ length: count }, (_, index) => fileOf(index));
  for (const [index, file] of files.entries()) writeFiles(dataset, { [file]: await jpegOf(index) });
  const images = join(temporaryFolder(), 'images.arrow');
  await writeImages(images, files);
  return { dataset, images };
}

const params = { size: 4, images_per_shard: 6, batch: 4 };

describe('images become shards', () => {
  test('a shard has so many images, in record batches, and the last ones have what is left', async () => {
    const { failure, outputs } = await runStage(resize, { params, inputs: await imagesOf(15) });
    expect(failure).toBeUndefined();
    const names = ['shard-00000.arrow', 'shard-00001.arrow', 'shard-00002.arrow'];
    expect(readdirSync(outputs.shards ?? '')).toEqual(['index.json', ...names]);
    const tables = names.map((name) => tableFromIPC(readFileSync(join(outputs.shards ?? '', name))));
    expect(tables.map(({ batches }) => batches.map(({ numRows }) => numRows))).toEqual([[4, 2], [4, 2], [3]]);
  });

  test('a row has the pixels, where they are from, and the original’s size', async () => {
    const inputs = await imagesOf(5);
    const { outputs } = await runStage(resize, { params, inputs });
    const table = tableFromIPC(readFileSync(join(outputs.shards ?? '', 'shard-00000.arrow')));
    const source = await jpegOf(4);
    const { pixels } = unwrap(await decodeImage(source, { width: 4, height: 4, fit: 'fill' }));
    const { image, ...row } = table.get(4)?.toJSON() ?? {};
    expect(row).toEqual({
      file: fileOf(4),
      source_sha256: createHash('sha256').update(source).digest('hex'),
      original_width: 34,
      original_height: 20,
    });
    expect(Buffer.from(image.toArray())).toEqual(Buffer.from(pixels));
  });

  test('other programs read the image column as a tensor [height, width, 3]', async () => {
    const { outputs } = await runStage(resize, { params, inputs: await imagesOf(1) });
    const { schema } = tableFromIPC(readFileSync(join(outputs.shards ?? '', 'shard-00000.arrow')));
    expect(String(schema.fields[0])).toBe('image: FixedSizeList[48]<Uint8>');
    expect(Object.fromEntries(schema.fields[0]?.metadata ?? [])).toEqual({
      'ARROW:extension:name': 'arrow.fixed_shape_tensor',
      'ARROW:extension:metadata': '{"shape":[4,4,3]}',
    });
  });

  test('a shard can also be read as a stream, which takes a schema message at its start', async () => {
    const { outputs } = await runStage(resize, { params, inputs: await imagesOf(6) });
    const file = readFileSync(join(outputs.shards ?? '', 'shard-00000.arrow'));
    const MAGIC_BYTES = 8;
    const batches: RecordBatch[] = [...RecordBatchReader.from(file.subarray(MAGIC_BYTES))];
    expect(batches.map(({ numRows }) => numRows)).toEqual([4, 2]);
    expect(batches[0]?.get(3)?.['file']).toBe(fileOf(3));
  });

  test('the same images give the same bytes', async () => {
    const shardsOf = async () =>
      contents((await runStage(resize, { params, inputs: await imagesOf(9) })).outputs.shards ?? '');
    expect(await shardsOf()).toEqual(await shardsOf());
  });

  test('progress is told in images', async () => {
    const { progress } = await runStage(resize, { params, inputs: await imagesOf(9) });
    expect(progress).toEqual([4, 8, 9].map((done) => ({ done, total: 9, unit: 'images' })));
  });

  test('of no images no shard is made', async () => {
    const { outputs } = await runStage(resize, { params, inputs: await imagesOf(0) });
    expect(readdirSync(outputs.shards ?? '')).toEqual(['index.json']);
    expect(unwrap(await openShards(outputs.shards ?? '')).count).toBe(0);
  });
});

describe('images that cannot be decoded', () => {
  const advice = 'Put a whole image in its place, or take the rows that name it out of the data set.';

  test('are all reported, each with its path', async () => {
    const inputs = await imagesOf(12);
    const whole = await jpegOf(9);
    writeFiles(inputs.dataset, {
      [fileOf(2)]: 'no image',
      [fileOf(9)]: whole.subarray(0, whole.length - 40),
      [fileOf(11)]: '',
    });
    const { failure, outputs } = await runStage(resize, { params, inputs });
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        {
          message: 'cannot decode the image: Input buffer contains unsupported image format',
          at: { file: join(inputs.dataset, fileOf(2)) },
          advice,
        },
        {
          message: 'cannot decode the image: Input buffer has corrupt header: VipsJpeg: premature end of JPEG image',
          at: { file: join(inputs.dataset, fileOf(9)) },
          advice,
        },
        {
          message: 'cannot decode the image: Input Buffer is empty',
          at: { file: join(inputs.dataset, fileOf(11)) },
          advice,
        },
      ],
    });
    expect(readdirSync(outputs.shards ?? ''), 'half a set of shards has no index').not.toContain('index.json');
  });

  test('are listed up to twenty, and counted from there on', async () => {
    const inputs = await imagesOf(25);
    for (let index = 0; index < 25; index += 1) writeFiles(inputs.dataset, { [fileOf(index)]: 'no image' });
    const { failure } = await runStage(resize, { params, inputs });
    expect(failure?.problems).toHaveLength(21);
    expect(failure?.problems.at(-1)).toEqual({ message: 'and 5 more images like these' });
  });

  test('may also have gone since they were listed', async () => {
    const { images } = await imagesOf(1);
    const dataset = temporaryFolder();
    const { failure } = await runStage(resize, { params, inputs: { images, dataset } });
    expect(failure?.problems).toEqual([
      {
        message: 'cannot read the image: there is no such file or folder',
        at: { file: join(dataset, fileOf(0)) },
        advice: 'Put it back, or run the stage that lists the images again.',
      },
    ]);
  });
});

test('a cancelled run stops where it is', async () => {
  const inputs = await imagesOf(1);
  const cancel = new AbortController();
  const reached: number[] = [];
  const resized = resizeToShards(join(temporaryFolder(), 'shards'), {
    root: inputs.dataset,
    files: Array.from({ length: 1000 }, () => fileOf(0)),
    size: 4,
    fit: 'fill',
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

test('a table that is not Arrow is a problem of the input', async () => {
  const { dataset } = await imagesOf(0);
  writeFiles(dataset, { 'images.arrow': 'file\nImages/1.jpg\n' });
  const images = join(dataset, 'images.arrow');
  const { failure } = await runStage(resize, { params, inputs: { dataset, images } });
  expect(failure).toMatchObject({ kind: 'bad-input', problems: [{ at: { file: images } }] });
});
