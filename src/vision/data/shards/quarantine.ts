import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readJsonFile } from '../../../shared/json-file.ts';
import { type Result, success } from '../../../shared/problem.ts';
import type { FromSchema } from '../../../shared/schema-type.ts';

export const quarantinedSchema = {
  type: 'object',
  required: ['file', 'sha256', 'reason'],
  properties: {
    file: { type: 'string' },
    /** Of the source's bytes; null if they could not be read. */
    sha256: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    reason: { type: 'string' },
  },
} as const;

const schema = {
  type: 'object',
  required: ['images'],
  properties: { images: { type: 'array', items: quarantinedSchema } },
} as const;

/** An image that is in no shard, since it could not be read or decoded. */
export type Quarantined = FromSchema<typeof quarantinedSchema>;

const FILE_NAME = 'quarantine.json';

/** Writes beside the shards which images were put aside, in the order of their paths. */
export async function writeQuarantine(directory: string, images: readonly Quarantined[]): Promise<void> {
  const sorted = [...images].sort((a, b) => (a.file < b.file ? -1 : 1));
  await writeFile(path.join(directory, FILE_NAME), `${JSON.stringify({ images: sorted }, undefined, 2)}\n`);
}

/** The images that were put aside when these shards were made; none where that was not asked for. */
export async function readQuarantine(directory: string): Promise<Result<readonly Quarantined[]>> {
  const file = path.join(directory, FILE_NAME);
  if (!existsSync(file)) return success([]);
  const list = await readJsonFile<FromSchema<typeof schema>>(file, schema, {
    unreadable: 'cannot read which images were put aside',
    misshapen: 'the list of images that were put aside has another shape',
    called: 'quarantine',
    advice: 'Run the stage that made the shards again.',
  });
  return list.ok ? success(list.value.images) : list;
}
