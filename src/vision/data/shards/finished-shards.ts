import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { Ajv } from 'ajv';
import type { FromSchema } from '../../../shared/schema-type.ts';
import { type Quarantined, quarantinedSchema } from './quarantine.ts';
import type { PlannedShard } from './shard-assignment.ts';
import { type ShardEntry, shardEntrySchema } from './shard-index.ts';

const schema = {
  type: 'object',
  required: ['quarantined'],
  properties: { shard: shardEntrySchema, quarantined: { type: 'array', items: quarantinedSchema } },
} as const;

/** What became of the images of a planned shard. */
export interface CompletedShard {
  /** None if all of its images were put aside. */
  readonly shard?: ShardEntry | undefined;
  readonly quarantined: readonly Quarantined[];
}

/** Shards that are whole, kept with what is known of them where a run that was killed left them for the next one. */
export interface FinishedShards {
  /** What was made of this shard before, if it is there and whole. */
  find(planned: PlannedShard): Promise<CompletedShard | undefined>;
  /** Where to write the shard of this name. */
  begin(name: string): string;
  /** The shard that was begun is whole. */
  finish(name: string, made: CompletedShard): Promise<void>;
  /** Moves a finished shard into `directory`. */
  moveTo(directory: string, { file }: ShardEntry): Promise<void>;
  /** There is nothing to go on with. */
  clear(): Promise<void>;
}

/** `directory` is made if need be, and what is half-made in it removed. */
export async function openFinishedShards(directory: string): Promise<FinishedShards> {
  const unfinished = path.join(directory, 'unfinished');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const isMade = new Ajv().compile<FromSchema<typeof schema>>(schema);
  const begin = (name: string) => path.join(unfinished, name);
  const recordOf = (name: string) => path.join(directory, `${name}.json`);
  return {
    async find({ name, files }) {
      const made = await readJson(recordOf(name));
      if (!isMade(made)) return undefined;
      const found = [...(made.shard?.images ?? []), ...made.quarantined].map(({ file }) => file);
      const isWhole = made.shard === undefined || (await hasContent(path.join(directory, name), made.shard));
      return isWhole && found.sort().join('\0') === files.join('\0') ? made : undefined;
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

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** After a power cut a file may have its length and not its bytes. */
async function hasContent(file: string, { bytes, crc32: expected }: ShardEntry): Promise<boolean> {
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
