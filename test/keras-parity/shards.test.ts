import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePhotographs } from '../../bench/resize/photographs.ts';
import type { PixelEncoding } from '../../src/vision/data/images/encode-pixels.ts';
import { resizeToShards } from '../../src/vision/data/shards/resize-to-shards.ts';
import { openShards } from '../../src/vision/data/shards/shards.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { startKeras } from '../support/keras.ts';
import { unwrap } from '../support/result.ts';

const COUNT = 24;
const SIZE = 331;
const keras = await startKeras();

/** The Python code for reading shards from README. */
const RECIPE = `
import glob, hashlib, os
import datasets, numpy
import pyarrow as pa

def read(path):
    return pa.ipc.open_file(pa.memory_map(path)).read_all()

def without_tensors(table):
    image = table.schema.field("image")
    return table.cast(table.schema.set(0, image.with_type(image.type.storage_type)))

def load(folder, plain=without_tensors):
    paths = sorted(glob.glob(os.path.join(folder, "*.arrow")))
    return datasets.concatenate_datasets([datasets.Dataset(plain(read(path))) for path in paths])

def sha256(array):
    return hashlib.sha256(numpy.ascontiguousarray(array)).hexdigest()
`;

const root = temporaryFolder(afterAll);
const photographs = join(root, 'photographs');
const raw = join(root, 'raw');
const jpeg = join(root, 'jpeg');

async function makeShards(directory: string, encoding: PixelEncoding): Promise<void> {
  const made = await resizeToShards(directory, {
    root: photographs,
    files: readdirSync(photographs),
    size: SIZE,
    fit: 'fill',
    interpolation: 'antialiased',
    encoding,
    imagesPerShard: 10,
    batch: 4,
    work: join(root, 'work'),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  expect(unwrap(made).shards).toBeGreaterThan(2);
}

/** Returns the pixels by file, as used in training. */
async function pixelsOf(directory: string): Promise<Map<string, Uint8Array>> {
  const shards = unwrap(await openShards(directory));
  const pixels = new Map<string, Uint8Array>();
  for (let row = 0; row < shards.count; row += 1) {
    const into = new Uint8Array(SIZE * SIZE * 3);
    unwrap(await shards.readRows([row], into));
    pixels.set(shards.entry(row).file, into);
  }
  await shards.close();
  return pixels;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function digestsOf(directory: string): Promise<Record<string, string>> {
  return Object.fromEntries(Array.from(await pixelsOf(directory), ([file, pixels]) => [file, sha256(pixels)]));
}

beforeAll(async () => {
  await makePhotographs(photographs, COUNT);
  await makeShards(raw, { kind: 'raw' });
  await makeShards(jpeg, { kind: 'jpeg', quality: 95 });
});

describe('pyarrow reads every shard', () => {
  test('as a file, with images as tensors [height, width, 3], without copies, with the same pixels as in training', async () => {
    const read = await keras.run<{ shape: number[]; copied: number; pixels: Record<string, string> }>(
      `${RECIPE}
allocated = pa.total_allocated_bytes()
pixels, shapes = {}, set()
for path in glob.glob(os.path.join(folder, "*.arrow")):
    table = read(path)
    assert isinstance(table.schema.field("image").type, pa.FixedShapeTensorType)
    for batch in table.to_batches():
        images = batch.column("image").to_numpy_ndarray()
        assert images.dtype == numpy.uint8
        shapes.add(images.shape[1:])
        pixels.update({str(file): sha256(image) for file, image in zip(batch.column("file"), images)})
[shape] = shapes
result = {"shape": shape, "copied": pa.total_allocated_bytes() - allocated, "pixels": pixels}
`,
      { folder: raw },
    );
    expect(read.shape).toEqual([SIZE, SIZE, 3]);
    expect(read.copied).toBeLessThan(SIZE * SIZE * 3);
    expect(read.pixels).toEqual(await digestsOf(raw));
  });

  test('as a stream that starts after the first eight bytes of the file', async () => {
    const pixels = await keras.run<Record<string, string>>(
      `${RECIPE}
result = {}
for path in glob.glob(os.path.join(folder, "*.arrow")):
    with open(path, "rb") as file:
        file.seek(8)
        for batch in pa.ipc.open_stream(file):
            images = batch.column("image").to_numpy_ndarray()
            result.update({str(name): sha256(image) for name, image in zip(batch.column("file"), images)})
`,
      { folder: raw },
    );
    expect(pixels).toEqual(await digestsOf(raw));
  });

  test('of JPEGs, which Pillow decodes to the same pixels as in training', async () => {
    const pixels = await keras.run<Record<string, string>>(
      `${RECIPE}
import io
from PIL import Image
result = {}
for path in glob.glob(os.path.join(folder, "*.arrow")):
    for row in read(path).to_pylist():
        result[row["file"]] = sha256(numpy.asarray(Image.open(io.BytesIO(row["image"]))))
`,
      { folder: jpeg },
    );
    expect(pixels).toEqual(await digestsOf(jpeg));
  });
});

describe('Hugging Face datasets reads every shard', () => {
  test('with tensors cast to lists, without copies, with the same pixels as in training', async () => {
    const read = await keras.run<{ copied: number; pixels: Record<string, string> }>(
      `${RECIPE}
allocated = pa.total_allocated_bytes()
dataset = load(folder)
copied = pa.total_allocated_bytes() - allocated
rows = dataset.with_format("numpy", dtype=numpy.uint8, columns=["image"], output_all_columns=True)
pixels = {row["file"]: sha256(row["image"].reshape(size, size, 3)) for row in rows}
result = {"copied": copied, "pixels": pixels}
`,
      { folder: raw, size: SIZE },
    );
    expect(read.copied).toBeLessThan(SIZE * SIZE * 3);
    expect(read.pixels).toEqual(await digestsOf(raw));
  });

  test('of JPEGs as datasets.Image', async () => {
    const pixels = await keras.run<Record<string, string>>(
      `${RECIPE}
dataset = load(folder, lambda table: table).cast_column("image", datasets.Image())
result = {row["file"]: sha256(numpy.asarray(row["image"])) for row in dataset}
`,
      { folder: jpeg },
    );
    expect(pixels).toEqual(await digestsOf(jpeg));
  });

  test('but not tensors: the cast can be removed once this test fails (huggingface/datasets#5272)', async () => {
    await expect(keras.run(`${RECIPE}\nload(folder, lambda table: table)`, { folder: raw })).rejects.toThrow(
      'does not have a datasets dtype equivalent',
    );
  });
});

describe('the pixels in shards', () => {
  test('equal those decoded by Pillow and resized by sharp, and differ by at most 3 from those resized by Pillow', async () => {
    const folder = temporaryFolder();
    const sizes = await keras.run<Record<string, [number, number]>>(
      `
import os
from PIL import Image
result = {}
for file in os.listdir(photographs):
    with Image.open(os.path.join(photographs, file)) as image:
        whole = image.convert("RGB")
    resized = whole.resize((size, size), Image.Resampling.BILINEAR)
    for name, pixels in [(file + ".whole", whole), (file + ".resized", resized)]:
        with open(os.path.join(folder, name), "wb") as out:
            out.write(pixels.tobytes())
    result[file] = whole.size
`,
      { photographs, folder, size: SIZE },
    );
    for (const [file, pixels] of await pixelsOf(raw)) {
      const [width = 0, height = 0] = sizes[file] ?? [];
      const whole = sharp(readFileSync(join(folder, `${file}.whole`)), { raw: { width, height, channels: 3 } });
      const resized = await whole.resize(SIZE, SIZE, { fit: 'fill', kernel: 'linear' }).raw().toBuffer();
      expect(sha256(pixels), file).toBe(sha256(resized));
      const apart = readFileSync(join(folder, `${file}.resized`)).map((value, at) =>
        Math.abs(value - (pixels[at] ?? 0)),
      );
      expect(apart.length).toBe(pixels.length);
      // The two round differently after each of two passes.
      expect(apart.reduce((sum, value) => sum + value, 0) / apart.length, file).toBeLessThan(0.3);
      expect(
        apart.reduce((most, value) => Math.max(most, value), 0),
        file,
      ).toBeLessThanOrEqual(3);
    }
  });
});
