import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import { limitProblems } from '../labels/limit-problems.ts';
import type { Targets } from '../tables/targets.ts';
import { permutation } from './permutation.ts';
import type { ShardSet } from './shards.ts';

export interface BatchOptions {
  readonly shards: ShardSet;
  readonly targets: Pick<Targets, 'file'>;
  /** The rows of the samples to iterate over. */
  readonly samples: Int32Array;
  readonly batchSize: number;
  /** Shuffles the samples, in another order for each epoch. By default they keep their order. */
  readonly order?: { readonly seed: number; readonly epoch: number };
  /** The index of the first batch; the batches before it are not read. 0 by default. */
  readonly from?: number | undefined;
}

export interface Batch {
  /** uint8 RGB, `[count, height, width, 3]`. Valid until the next batch is requested. */
  readonly images: Uint8Array;
  /** The rows of the samples, `[count]`. */
  readonly samples: Int32Array;
  /** The number of samples: `batchSize`, or fewer in the last batch. */
  readonly count: number;
  /** The index of the batch in its epoch, from 0. */
  readonly index: number;
}

/**
 * Yields the samples in batches. While the caller computes on one batch, the next one is read into a second buffer. A
 * failure is the last item.
 */
export async function* batches(options: BatchOptions): AsyncGenerator<Result<Batch>, void, undefined> {
  const { shards, samples: given, batchSize, order, from = 0 } = options;
  const rows = imageRows(options);
  if (!rows.ok) return yield rows;
  const positions = order ? permutation(given.length, order.seed, order.epoch) : Int32Array.from(given.keys());
  const imageBytes = shards.height * shards.width * 3;
  const total = Math.ceil(given.length / batchSize);
  const buffers = [0, 1].map(() => new Uint8Array(Math.min(batchSize, given.length) * imageBytes));

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

  const readIfAny = (index: number) => (index < total ? read(index) : undefined);
  let next = readIfAny(from);
  try {
    while (next !== undefined) {
      const batch = await next;
      next = undefined;
      if (!batch.ok) return yield batch;
      next = readIfAny(batch.value.index + 1);
      yield batch;
    }
  } finally {
    // A caller that stops early may close the shards next, so no read may be pending then.
    await next;
  }
}

function imageRows({ shards, targets, samples }: BatchOptions): Result<Int32Array> {
  const problems: Problem[] = [];
  const rows = samples.map((sample) => {
    const file = targets.file(sample);
    const row = shards.rowOf(file);
    if (row === undefined)
      problems.push({ message: `sample ${sample} needs the image "${file}", which is in none of the shards` });
    return row ?? 0;
  });
  if (problems.length === 0) return success(rows);
  const advice = 'Make both from the same samples: run the pipeline from its first stage.';
  return failure([
    ...limitProblems(problems, 'samples like these'),
    { message: 'the shards and the targets do not match', advice },
  ]);
}
