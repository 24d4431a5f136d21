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
    /** SHA-256 of the source file, in hex; null if it could not be read. */
    sha256: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    reason: { type: 'string' },
  },
} as const;

const schema = {
  type: 'object',
  required: ['images'],
  properties: { images: { type: 'array', items: quarantinedSchema } },
} as const;

/** An image that is in none of the shards because it could not be read or decoded. */
export type Quarantined = FromSchema<typeof quarantinedSchema>;

const FILE_NAME = 'quarantine.json';

const MAX_SHOWN = 20;

/** Returns a line for each quarantined image, for the first 20 of them. */
export function describeQuarantine(images: readonly Pick<Quarantined, 'file' | 'reason'>[]): readonly string[] {
  return images.slice(0, MAX_SHOWN).map(({ file, reason }) => `quarantined: ${file}: ${reason}`);
}

/** Writes the list of quarantined images as `quarantine.json` beside the shards, sorted by path. */
export async function writeQuarantine(directory: string, images: readonly Quarantined[]): Promise<void> {
  const sorted = [...images].sort((a, b) => (a.file < b.file ? -1 : 1));
  await writeFile(path.join(directory, FILE_NAME), `${JSON.stringify({ images: sorted }, undefined, 2)}\n`);
}

/** Reads the list of quarantined images. Without the file, which only `on_bad_image: quarantine` writes, it is empty. */
export async function readQuarantine(directory: string): Promise<Result<readonly Quarantined[]>> {
  const file = path.join(directory, FILE_NAME);
  if (!existsSync(file)) return success([]);
  const list = await readJsonFile<FromSchema<typeof schema>>(file, schema, {
    unreadable: 'cannot read the list of quarantined images',
    misshapen: 'the list of quarantined images is invalid',
    called: 'quarantine',
    advice: 'Rerun the stage that made the shards.',
  });
  return list.ok ? success(list.value.images) : list;
}
