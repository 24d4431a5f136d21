import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { problem, type Result, success } from '../../../shared/problem.ts';
import type { TrainingState } from '../step/trainer.ts';

/** Everything that a training needs to go on as if it had never stopped. */
export interface Checkpoint<Progress> {
  /** What JSON can hold. */
  readonly progress: Progress;
  readonly state: TrainingState;
  /** The weights of the best epoch so far, where they are kept. */
  readonly bestWeights?: readonly Float32Array[] | undefined;
}

interface Header {
  readonly format: typeof FORMAT;
  readonly progress: unknown;
  /** The lengths of the tensors that follow, in their order. */
  readonly weights: readonly number[];
  readonly optimizer: readonly number[];
  readonly bestWeights: readonly number[] | null;
}

const FORMAT = 'pipeline-checkpoint-1';
const DIGEST_BYTES = 32;

/**
 * A header's length, the header as JSON, the tensors one after the other, the SHA-256 of all that. It is written beside
 * its place, handed to the disk and then renamed: half of it is never in its place.
 */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint<unknown>): Promise<void> {
  const { progress, state, bestWeights } = checkpoint;
  const lengths = (tensors: readonly Float32Array[]) => tensors.map(({ length }) => length);
  const header: Header = {
    format: FORMAT,
    progress,
    weights: lengths(state.weights),
    optimizer: lengths(state.optimizer),
    bestWeights: bestWeights ? lengths(bestWeights) : null,
  };
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(text.length);
  const hash = createHash('sha256');
  const parts = [size, text, ...[...state.weights, ...state.optimizer, ...(bestWeights ?? [])].map(bytesOf)];
  const partial = `${path}.partial`;
  const file = await open(partial, 'w');
  try {
    for (const part of parts) {
      hash.update(part);
      await file.writeFile(part);
    }
    await file.writeFile(hash.digest());
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, path);
}

/** A file that is not exactly as it was written is a problem. */
export async function readCheckpoint(path: string): Promise<Result<Checkpoint<unknown>>> {
  const bytes = await readFile(path);
  const end = bytes.length - DIGEST_BYTES;
  const digest = createHash('sha256').update(bytes.subarray(0, Math.max(end, 0)));
  if (end < 4 || !digest.digest().equals(bytes.subarray(end))) {
    return problem('the checkpoint is damaged', { at: { file: path } });
  }
  const begin = 4 + bytes.readUInt32LE(0);
  const header = JSON.parse(bytes.subarray(4, begin).toString()) as Header;
  if (header.format !== FORMAT) return problem('the checkpoint has another format', { at: { file: path } });
  let at = begin;
  const take = (lengths: readonly number[]) =>
    lengths.map((length) => {
      const values = new Float32Array(length);
      bytesOf(values).set(bytes.subarray(at, at + values.byteLength));
      at += values.byteLength;
      return values;
    });
  return success({
    progress: header.progress,
    state: { weights: take(header.weights), optimizer: take(header.optimizer) },
    bestWeights: header.bestWeights ? take(header.bestWeights) : undefined,
  });
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
