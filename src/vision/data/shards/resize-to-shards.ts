import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import { usableCores } from '../../../shared/usable-cores.ts';
import { counted } from '../../../shared/wording.ts';
import { imageReader } from '../images/image-file.ts';
import { type LoadedImage, type LoadOptions, loadImage } from '../images/load-image.ts';
import { limitProblems } from '../labels/limit-problems.ts';
import { type CompletedShard, type FinishedShards, openFinishedShards } from './finished-shards.ts';
import { linkOrCopy } from './link-or-copy.ts';
import { openPreviousShards, type PreviousShards } from './previous-shards.ts';
import { describeQuarantine, type Quarantined, writeQuarantine } from './quarantine.ts';
import { assignToShards, type PlannedShard } from './shard-assignment.ts';
import { writeShardIndex } from './shard-index.ts';
import { createShardWriter, type ShardLayout } from './shard-writer.ts';

export interface ResizeOptions extends LoadOptions {
  readonly files: readonly string[];
  /** The maximum number of images in a shard. */
  readonly imagesPerShard: number;
  /** The number of images in a record batch. */
  readonly batch: number;
  /** A directory in which finished shards outlive an interrupted run. */
  readonly work: string;
  /** The shards of a previous result with the same options, and the current SHA-256 of the files, by path. */
  readonly previous?: { readonly shards: string; readonly digests: ReadonlyMap<string, string> } | undefined;
  readonly signal: AbortSignal;
  /** Called from time to time with the number of finished images; awaited. */
  onProgress(done: number): Promise<void> | void;
}

export interface ResizeReport {
  readonly shards: number;
  /** Shards that were taken over from the previous result. */
  readonly unchanged: number;
  /** Shards that an interrupted run had finished. */
  readonly resumed: number;
  readonly quarantined: readonly Quarantined[];
}

/**
 * Decodes and resizes images into a directory of Arrow IPC shards with an `index.json`. The shards are byte-identical for
 * the same images, whatever their order and whether a previous result or an interrupted run is reused. Images that cannot
 * be decoded are reported together, or quarantined. Throws the signal's reason when it is aborted.
 */
export async function resizeToShards(directory: string, options: ResizeOptions): Promise<Result<ResizeReport>> {
  const { files, size, fit, interpolation, encoding, imagesPerShard, batch, work, previous } = options;
  const layout = { height: size, width: size, encoding: encoding?.kind ?? 'raw', batch };
  const planned = assignToShards(files, imagesPerShard);
  const previousShards = previous && (await openPreviousShards(previous.shards, previous.digests));
  const finished = await openFinishedShards(path.join(work, 'shards'));
  try {
    const classified = await classifyShards(planned, previousShards, finished);
    const broken = await writePendingShards(classified, { previous: previousShards, finished, layout, options });
    if (broken.length > 0) {
      // The user has to change the images first, so the next run cannot resume from here.
      await finished.clear();
      return failure(limitProblems(broken.sort(byFile), 'images like these'));
    }
    const completed = planned.flatMap(({ name }) => classified.completed.get(name) ?? []);
    const shards = completed.flatMap(({ shard }) => shard ?? []);
    const quarantined = completed.flatMap((each) => each.quarantined);
    await mkdir(directory, { recursive: true });
    const made = { height: size, width: size, fit, interpolation, encoding: layout.encoding };
    await writeShardIndex(directory, { version: 3, ...made, shards });
    if (options.onBadImage === 'quarantine') await writeQuarantine(directory, quarantined);
    for (const shard of shards) {
      const from = classified.unchanged.has(shard.file) ? previousShards?.directory : undefined;
      if (from === undefined) await finished.moveTo(directory, shard);
      else await linkOrCopy(path.join(from, shard.file), path.join(directory, shard.file));
    }
    return success({
      shards: shards.length,
      unchanged: classified.unchanged.size,
      resumed: classified.resumed,
      quarantined,
    });
  } finally {
    await previousShards?.close();
  }
}

/** Returns lines for the log: reused shards and quarantined images, the first 20 of them one by one. */
export function describeResizing({ shards, unchanged, resumed, quarantined }: ResizeReport): readonly string[] {
  return [
    ...(unchanged > 0 ? [`${unchanged} of ${counted(shards, 'shard')} unchanged`] : []),
    ...(resumed > 0 ? [`${resumed} of ${counted(shards, 'shard')} were finished by an interrupted run`] : []),
    ...describeQuarantine(quarantined),
    ...(quarantined.length > 0 ? [`${counted(quarantined.length, 'image')} quarantined: see quarantine.json`] : []),
  ];
}

interface ClassifiedShards {
  /** The completed shards, by name. `writePendingShards` adds to them. */
  readonly completed: Map<string, CompletedShard>;
  readonly unchanged: ReadonlySet<string>;
  readonly resumed: number;
  readonly pending: readonly PlannedShard[];
  readonly imagesDone: number;
}

async function classifyShards(
  planned: readonly PlannedShard[],
  previous: PreviousShards | undefined,
  finished: FinishedShards,
): Promise<ClassifiedShards> {
  const completed = new Map<string, CompletedShard>();
  const unchanged = new Set<string>();
  const pending: PlannedShard[] = [];
  let imagesDone = 0;
  for (const shard of planned) {
    const same = previous?.unchanged(shard);
    const found = same ?? (await finished.find(shard));
    if (found === undefined) pending.push(shard);
    else {
      completed.set(shard.name, found);
      imagesDone += shard.files.length;
    }
    if (same !== undefined) unchanged.add(shard.name);
  }
  return { completed, unchanged, resumed: completed.size - unchanged.size, pending, imagesDone };
}

interface WriteContext {
  readonly previous: PreviousShards | undefined;
  readonly finished: FinishedShards;
  readonly layout: ShardLayout;
  readonly options: ResizeOptions;
}

/** Writes the pending shards one by one, while images of the next ones are being decoded. Returns the broken images. */
async function writePendingShards(classified: ClassifiedShards, context: WriteContext): Promise<Problem[]> {
  const { previous, finished, layout, options } = context;
  const { signal, onBadImage, onProgress } = options;
  // More than are decoded concurrently, because others are being read or wait for their turn to be written.
  const concurrency = Math.max(8, 2 * usableCores());
  const files = classified.pending.flatMap((shard) => shard.files);
  const sources = { read: imageReader(options.root), previous };
  const images = Readable.from(files)
    .map((file: string) => loadImage(file, options, sources), { concurrency, signal })
    [Symbol.asyncIterator]() as AsyncIterator<LoadedImage>;
  const broken: Problem[] = [];
  let done = classified.imagesDone;
  if (done > 0) await onProgress(done);
  for (const planned of classified.pending) {
    const writer = await createShardWriter(finished.begin(planned.name), layout);
    const quarantined: Quarantined[] = [];
    try {
      for (let left = planned.files.length; left > 0; left -= 1) {
        const { value: image } = await images.next();
        if (image === undefined) throw new Error('there are fewer images than files');
        if (image.ok && broken.length === 0) await writer.add(image.value);
        if (!image.ok && onBadImage === 'quarantine') quarantined.push(image.quarantined);
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
    const result = { ...(shard.images.length > 0 && { shard }), quarantined };
    await finished.finish(planned.name, result);
    classified.completed.set(planned.name, result);
  }
  return broken;
}

function byFile({ at: a }: Problem, { at: b }: Problem): number {
  return (a?.file ?? '') < (b?.file ?? '') ? -1 : 1;
}
