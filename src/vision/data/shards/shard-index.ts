import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readJsonFile } from '../../../shared/json-file.ts';
import type { Result } from '../../../shared/problem.ts';
import type { FromSchema } from '../../../shared/schema-type.ts';
import { FITS, INTERPOLATIONS } from '../images/resizing.ts';

/** How the pixels of each image are stored: raw, or as one JPEG per image. */
export const ENCODINGS = ['raw', 'jpeg'] as const;
export type Encoding = (typeof ENCODINGS)[number];

const imageEntrySchema = {
  type: 'object',
  required: ['file', 'sha256', 'original_width', 'original_height', 'dhash', 'offset', 'bytes', 'crc32'],
  properties: {
    file: { type: 'string' },
    sha256: { type: 'string' },
    original_width: { type: 'integer' },
    original_height: { type: 'integer' },
    dhash: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    offset: { type: 'integer', minimum: 0 },
    bytes: { type: 'integer', minimum: 0 },
    crc32: { type: 'integer' },
  },
} as const;

/** A file name beside the index, which cannot lead elsewhere. */
const SHARD_NAME = '^\\w[\\w-]*(\\.[\\w-]+)*$';
/** The largest side of an image, in pixels, that JPEG has too. */
const MAX_SIDE = 65_535;

export const shardEntrySchema = {
  type: 'object',
  required: ['file', 'bytes', 'crc32', 'images'],
  properties: {
    file: { type: 'string', pattern: SHARD_NAME },
    bytes: { type: 'integer', minimum: 0 },
    crc32: { type: 'integer' },
    images: { type: 'array', items: imageEntrySchema },
  },
} as const;

const schema = {
  type: 'object',
  required: ['version', 'height', 'width', 'fit', 'interpolation', 'encoding', 'shards'],
  properties: {
    version: { const: 3 },
    height: { type: 'integer', minimum: 1, maximum: MAX_SIDE },
    width: { type: 'integer', minimum: 1, maximum: MAX_SIDE },
    fit: { enum: FITS },
    interpolation: { enum: INTERPOLATIONS },
    encoding: { enum: ENCODINGS },
    shards: { type: 'array', items: shardEntrySchema },
  },
} as const;

/**
 * The index of a directory of shards: how the images were resized, which a model has to be told of, and for each shard its
 * length in bytes and its CRC-32, and for each of its images, in row order, the source file with its SHA-256 and size in
 * pixels, a difference hash for finding near duplicates, and the offset, length in bytes and CRC-32 of its pixels in the
 * shard. So an image can be read without parsing Arrow, verified without reading the rest of its record batch, and reused
 * when the shards are made again.
 */
export type ShardIndex = FromSchema<typeof schema>;
export type ShardEntry = FromSchema<typeof shardEntrySchema>;
export type ImageEntry = FromSchema<typeof imageEntrySchema>;

const FILE_NAME = 'index.json';

/** Writes the index as `index.json` into the directory of the shards. */
export async function writeShardIndex(directory: string, index: ShardIndex): Promise<void> {
  await writeFile(path.join(directory, FILE_NAME), toJson(index));
}

/** Yields one line of JSON shard by shard: as one string it would take as much memory again as the index. */
function* toJson({ shards, ...rest }: ShardIndex): Generator<string> {
  yield JSON.stringify({ ...rest, shards: [] }).slice(0, -']}'.length);
  for (const [number, shard] of shards.entries()) yield `${number === 0 ? '' : ','}${JSON.stringify(shard)}`;
  yield ']}\n';
}

/** Reads and validates the index of a directory of shards. */
export function readShardIndex(directory: string): Promise<Result<ShardIndex>> {
  return readJsonFile(path.join(directory, FILE_NAME), schema, {
    unreadable: 'cannot read the index of the shards',
    misshapen: 'the index of the shards is invalid',
    called: 'index',
    advice: 'Rerun the stage that made the shards.',
  });
}
