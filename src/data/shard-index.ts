import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv } from 'ajv';
import { problem, type Result, success } from '../problem.ts';
import type { FromSchema } from '../schema-type.ts';
import { reasonOf } from './wording.ts';

const schema = {
  type: 'object',
  required: ['version', 'height', 'width', 'shards'],
  properties: {
    version: { const: 1 },
    height: { type: 'integer', minimum: 1 },
    width: { type: 'integer', minimum: 1 },
    shards: {
      type: 'array',
      items: {
        type: 'object',
        required: ['file', 'bytes', 'images'],
        properties: {
          file: { type: 'string' },
          bytes: { type: 'integer' },
          images: {
            type: 'array',
            items: {
              type: 'object',
              required: ['file', 'offset', 'crc32'],
              properties: { file: { type: 'string' }, offset: { type: 'integer' }, crc32: { type: 'integer' } },
            },
          },
        },
      },
    },
  },
} as const;

/**
 * What lies where in a directory of shards: for each shard its length in bytes, and for each image of it, in row order,
 * the source file, the offset of its pixels in the shard and their CRC-32. So an image is found without parsing Arrow,
 * and can be trusted without reading the rest of its record batch.
 */
export type ShardIndex = FromSchema<typeof schema>;
export type ShardEntry = ShardIndex['shards'][number];
export type ImageEntry = ShardEntry['images'][number];

const FILE_NAME = 'index.json';

export async function writeShardIndex(directory: string, index: ShardIndex): Promise<void> {
  await writeFile(path.join(directory, FILE_NAME), `${JSON.stringify(index)}\n`);
}

export async function readShardIndex(directory: string): Promise<Result<ShardIndex>> {
  const file = path.join(directory, FILE_NAME);
  const advice = 'Run the stage that made the shards again.';
  let index: unknown;
  try {
    index = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    return problem(`cannot read the index of the shards: ${reasonOf(error)}`, { at: { file }, advice });
  }
  const ajv = new Ajv();
  const isShardIndex = ajv.compile<ShardIndex>(schema);
  if (isShardIndex(index)) return success(index);
  const reason = ajv.errorsText(isShardIndex.errors, { dataVar: 'index' });
  return problem(`the index of the shards has another shape: ${reason}`, { at: { file }, advice });
}
