import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import { limitProblems } from '../labels/limit-problems.ts';
import type { Targets } from '../tables/targets.ts';
import { permutation } from './permutation.ts';
import type { ShardSet } from './shards.ts';

export interface BatchOptions {
  readonly shards: ShardSet;
  readonly targets: Pick<Targets, 'file'>;
  /** The rows of the samples to go through. */
  readonly samples: Int32Array;
  readonly batchSize: number;
  /** Shuffles the samples, for each epoch anew. Without it they come as given. */
  readonly order?: { readonly seed: number; readonly epoch: number };
  /** The index of the batch to begin with: those before it are not read. */
  readonly from?: number | undefined;
}

export interface Batch {
  /** uint8 RGB, `[count, height, width, 3]`. Valid until the next batch is asked for. */
  readonly images: Uint8Array;
  /** The rows of the samples, `[count]`. */
  readonly samples: Int32Array;
  /** The last batch may have fewer than `batchSize`. */
  readonly count: number;
  /** Position among the epoch's batches, from 0. */
  readonly index: number;
}

/**
 * So many batches are under way while the caller computes. A step blocks this thread, on which a JPEG that was read is
 * handed to a decoder: one batch is read meanwhile, and the one before it decoded.
 */
const BATCHES_AHEAD = { raw: 1, jpeg: 2 } as const;

/**
 * The samples in batches. While the caller computes on one batch, the next one is being read into another of a few buffers
 * that are used in turn. After a failure nothing follows.
 */
export async function* batches(options: BatchOptions): AsyncGenerator<Result<Batch>, void, undefined> {
  const { shards, samples: given, batchSize, order, from = 0 } = options;
  const rows = imageRows(options);
  if (!rows.ok) return yield rows;
  const positions = order ? permutation(given.length, order.seed, order.epoch) : Int32Array.from(given.keys());
  const imageBytes = shards.height * shards.width * 3;
  const total = Math.ceil(given.length / batchSize);
  const ahead = BATCHES_AHEAD[shards.encoding];
  const buffers = Array.from(
    { length: ahead + 1 },
    () => new Uint8Array(Math.min(batchSize, given.length) * imageBytes),
  );

  const read = async (index: number): Promise<Result<Batch>> => {
    const chosen = positions.subarray(index * batchSize, (index + 1) * batchSize);
    const images = (buffers[index % buffers.length] ?? new Uint8Array()).subarray(0, chosen.length * imageBytes);
    const done = await shards.readRows(
      chosen.map((position) => rows.value[position] ?? 0),
      images,
    );
    const samples = chosen.map((position) => given[position] ?? 0);
    return done.ok ? success({ images, samples, count: chosen.length, index }) : done;
  };

  const underWay: Promise<Result<Batch>>[] = [];
  const readOn = (index: number) => {
    if (index < total) underWay.push(read(index));
  };
  try {
    for (let index = from; index < from + ahead; index += 1) readOn(index);
    for (let next = underWay.shift(); next !== undefined; next = underWay.shift()) {
      const batch = await next;
      if (!batch.ok) return yield batch;
      readOn(batch.value.index + ahead);
      yield batch;
    }
  } finally {
    // A caller that stops early may close the shards next: no read may still be under way then.
    await Promise.all(underWay);
  }
}

function imageRows({ shards, targets, samples }: BatchOptions): Result<Int32Array> {
  const problems: Problem[] = [];
  const rows = samples.map((sample) => {
    const file = targets.file(sample);
    const row = shards.rowOf(file);
    if (row === undefined) problems.push({ message: `sample ${sample} needs ${file}, which is in none of the shards` });
    return row ?? 0;
  });
  if (problems.length === 0) return success(rows);
  const advice = 'Make shards and targets from the same samples: run the pipeline from its first stage.';
  return failure([
    ...limitProblems(problems, 'samples like these'),
    { message: 'shards and targets do not fit', advice },
  ]);
}
