import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { Ajv, type ValidateFunction } from 'ajv';
import { parseJsonFile } from '../../../shared/parse-json.ts';
import { statsOf } from '../../../shared/paths-below.ts';
import type { FromSchema } from '../../../shared/schema-type.ts';
import { type Quarantined, quarantinedSchema } from './quarantine.ts';
import type { PlannedShard } from './shard-assignment.ts';
import { type ShardEntry, shardEntrySchema } from './shard-index.ts';

const schema = {
  type: 'object',
  required: ['quarantined'],
  properties: { shard: shardEntrySchema, quarantined: { type: 'array', items: quarantinedSchema } },
} as const;

/** The result of a planned shard. */
export interface CompletedShard {
  /** Undefined if all of its images were quarantined. */
  readonly shard?: ShardEntry | undefined;
  readonly quarantined: readonly Quarantined[];
}

/** Complete shards with their index entries, in a work directory that outlives an interrupted run. */
export interface FinishedShards {
  /** Returns the finished shard for these images, if it exists and its checksum is right. */
  find(planned: PlannedShard): Promise<CompletedShard | undefined>;
  /** Returns the path at which to write the shard of this name. */
  begin(name: string): string;
  /** Records the shard that was begun as complete. */
  finish(name: string, made: CompletedShard): Promise<void>;
  /** Moves a finished shard into `directory`. */
  moveTo(directory: string, { file }: ShardEntry): Promise<void>;
  /** Deletes all finished shards. */
  clear(): Promise<void>;
}

/** Opens a work directory, creating it if necessary, and deletes incomplete shards in it. */
export async function openFinishedShards(directory: string): Promise<FinishedShards> {
  const unfinished = path.join(directory, 'unfinished');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  // Compiled when a record is found: that takes as long as resizing ten photographs, and a first run has none.
  let isCompleted: ValidateFunction<FromSchema<typeof schema>> | undefined;
  const begin = (name: string) => path.join(unfinished, name);
  const recordOf = (name: string) => path.join(directory, `${name}.json`);
  return {
    async find({ name, files }) {
      const made = parseJsonFile(recordOf(name), 'stageJson')?.value;
      if (made === undefined) return undefined;
      isCompleted ??= new Ajv().compile<FromSchema<typeof schema>>(schema);
      if (!isCompleted(made) || (made.shard !== undefined && made.shard.file !== name)) return undefined;
      const found = [...(made.shard?.images ?? []), ...made.quarantined].map(({ file }) => file);
      const isIntact = made.shard === undefined || (await hasContent(path.join(directory, name), made.shard));
      return isIntact && found.sort().join('\0') === files.join('\0') ? made : undefined;
    },
    begin,
    async finish(name, made) {
      if (made.shard !== undefined) await rename(begin(name), path.join(directory, name));
      await writeFile(begin('record'), JSON.stringify(made));
      await rename(begin('record'), recordOf(name));
    },
    moveTo: (target, { file }) => rename(path.join(directory, file), path.join(target, file)),
    clear: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Checks length and CRC-32: after a power failure a file may have the right length and the wrong content. */
async function hasContent(file: string, { bytes, crc32: expected }: ShardEntry): Promise<boolean> {
  const stats = statsOf(file);
  if (!stats?.isFile() || stats.size !== bytes) return false;
  try {
    let read = 0;
    let checksum = 0;
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      read += chunk.length;
      checksum = crc32(chunk, checksum);
    }
    return read === bytes && checksum === expected;
  } catch {
    return false;
  }
}
