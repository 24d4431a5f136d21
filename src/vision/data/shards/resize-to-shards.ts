import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import { counted } from '../../../shared/wording.ts';
import { type LoadedImage, type LoadOptions, loadImage } from '../images/load-image.ts';
import { limitProblems } from '../labels/limit-problems.ts';
import { type CompletedShard, type FinishedShards, openFinishedShards } from './finished-shards.ts';
import { linkOrCopy } from './link-or-copy.ts';
import { openPreviousShards, type PreviousShards } from './previous-shards.ts';
import { type Quarantined, writeQuarantine } from './quarantine.ts';
import { assignToShards, type PlannedShard } from './shard-assignment.ts';
import { writeShardIndex } from './shard-index.ts';
import { createShardWriter, type ShardLayout } from './shard-writer.ts';

export interface ResizeOptions extends LoadOptions {
  readonly files: readonly string[];
  /** A shard never has more. */
  readonly imagesPerShard: number;
  /** Images in a record batch. */
  readonly batch: number;
  /** A directory in which finished shards outlive a killed run. */
  readonly work: string;
  /** Shards made earlier with the same options, and the SHA-256 of the files as they are now, by path below the root. */
  readonly previous?: { readonly shards: string; readonly digests: ReadonlyMap<string, string> } | undefined;
  readonly signal: AbortSignal;
  /** Told now and then how many images are done; waited for. */
  onProgress(done: number): Promise<void> | void;
}

export interface ResizeReport {
  readonly shards: number;
  /** Shards that an earlier result has as they are. */
  readonly unchanged: number;
  /** Shards that a killed run left. */
  readonly resumed: number;
  readonly quarantined: readonly Quarantined[];
}

/**
 * Decodes and resizes images into a directory of shards. The same images give the same bytes, in whatever order they are
 * named, and whether anything was there to go on from or not. Images that cannot be decoded are reported together, or put
 * aside. Throws the signal's reason when it is aborted.
 */
export async function resizeToShards(directory: string, options: ResizeOptions): Promise<Result<ResizeReport>> {
  const { files, size, encoding, imagesPerShard, batch, work, previous } = options;
  const layout = { height: size, width: size, encoding: encoding?.kind ?? 'raw', batch };
  const planned = assignToShards(files, imagesPerShard);
  const earlier = previous && (await openPreviousShards(previous.shards, previous.digests));
  const finished = await openFinishedShards(path.join(work, 'shards'));
  try {
    const sorted = await sortShards(planned, earlier, finished);
    const broken = await makeShards(sorted, { earlier, finished, layout, options });
    if (broken.length > 0) {
      // The images will be others next time, and nobody would go on from here.
      await finished.clear();
      return failure(limitProblems(broken.sort(byFile), 'images like these'));
    }
    const made = planned.flatMap(({ name }) => sorted.made.get(name) ?? []);
    const shards = made.flatMap(({ shard }) => shard ?? []);
    const quarantined = made.flatMap((each) => each.quarantined);
    await mkdir(directory, { recursive: true });
    await writeShardIndex(directory, { version: 2, height: size, width: size, encoding: layout.encoding, shards });
    if (options.onBadImage === 'quarantine') await writeQuarantine(directory, quarantined);
    for (const shard of shards) {
      const from = sorted.unchanged.has(shard.file) ? earlier?.directory : undefined;
      if (from === undefined) await finished.moveTo(directory, shard);
      else await linkOrCopy(path.join(from, shard.file), path.join(directory, shard.file));
    }
    return success({ shards: shards.length, unchanged: sorted.unchanged.size, resumed: sorted.resumed, quarantined });
  } finally {
    await earlier?.close();
  }
}

/** What a person may want to know of it. */
export function describeResizing({ shards, unchanged, resumed, quarantined }: ResizeReport): readonly string[] {
  const aside = quarantined.slice(0, LISTED).map(({ file, reason }) => `put aside: ${file}: ${reason}`);
  return [
    ...(unchanged > 0 ? [`${unchanged} of ${counted(shards, 'shard')} are as they were`] : []),
    ...(resumed > 0 ? [`${resumed} of ${counted(shards, 'shard')} were finished by a run that was ended`] : []),
    ...aside,
    ...(quarantined.length > 0 ? [`${counted(quarantined.length, 'image')} put aside, listed in quarantine.json`] : []),
  ];
}

const LISTED = 20;

interface SortedShards {
  /** What there is of the shards, by name; it grows. */
  readonly made: Map<string, CompletedShard>;
  readonly unchanged: ReadonlySet<string>;
  readonly resumed: number;
  readonly toMake: readonly PlannedShard[];
  readonly imagesDone: number;
}

async function sortShards(
  planned: readonly PlannedShard[],
  earlier: PreviousShards | undefined,
  finished: FinishedShards,
): Promise<SortedShards> {
  const made = new Map<string, CompletedShard>();
  const unchanged = new Set<string>();
  const toMake: PlannedShard[] = [];
  let imagesDone = 0;
  for (const shard of planned) {
    const same = earlier?.unchanged(shard);
    const found = same ?? (await finished.find(shard));
    if (found === undefined) toMake.push(shard);
    else {
      made.set(shard.name, found);
      imagesDone += shard.files.length;
    }
    if (same !== undefined) unchanged.add(shard.name);
  }
  return { made, unchanged, resumed: made.size - unchanged.size, toMake, imagesDone };
}

interface Making {
  readonly earlier: PreviousShards | undefined;
  readonly finished: FinishedShards;
  readonly layout: ShardLayout;
  readonly options: ResizeOptions;
}

/** Makes what is to be made, shard by shard, while images of the next ones are decoded already. */
async function makeShards(sorted: SortedShards, making: Making): Promise<Problem[]> {
  const { earlier, finished, layout, options } = making;
  const { signal, onBadImage, onProgress } = options;
  // More than are decoded at once: of the others one is read, and those that are done wait for their turn to be written.
  const concurrency = Math.max(8, 2 * availableParallelism());
  const files = sorted.toMake.flatMap((shard) => shard.files);
  const images = Readable.from(files)
    .map((file: string) => loadImage(file, options, earlier), { concurrency, signal })
    [Symbol.asyncIterator]() as AsyncIterator<LoadedImage>;
  const broken: Problem[] = [];
  let done = sorted.imagesDone;
  if (done > 0) await onProgress(done);
  for (const planned of sorted.toMake) {
    const writer = await createShardWriter(finished.begin(planned.name), layout);
    const quarantined: Quarantined[] = [];
    try {
      for (let left = planned.files.length; left > 0; left -= 1) {
        const { value: image } = await images.next();
        if (image === undefined) throw new Error('there are fewer images than files');
        if (image.ok && broken.length === 0) await writer.add(image.value);
        if (!image.ok && onBadImage === 'quarantine') quarantined.push(image.aside);
        else if (!image.ok) broken.push(...image.failure);
        done += 1;
        if (done % layout.batch === 0 || done === options.files.length) await onProgress(done);
      }
    } catch (error) {
      await writer.abandon();
      throw error;
    }
    const shard = await writer.close();
    if (broken.length > 0) continue;
    const made = { ...(shard.images.length > 0 && { shard }), quarantined };
    await finished.finish(planned.name, made);
    sorted.made.set(planned.name, made);
  }
  return broken;
}

function byFile({ at: a }: Problem, { at: b }: Problem): number {
  return (a?.file ?? '') < (b?.file ?? '') ? -1 : 1;
}
