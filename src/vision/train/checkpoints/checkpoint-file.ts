import { createHash } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { parseJson } from '../../../shared/parse-json.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { readBytes } from '../../../shared/read-file.ts';
import type { TrainingState } from '../step/trainer.ts';

/** Everything needed to resume a training run so that its result is byte-identical to an uninterrupted one. */
export interface Checkpoint<Progress> {
  /** Position and history of the training run; must be serializable as JSON. */
  readonly progress: Progress;
  readonly state: TrainingState;
  /** The weights of the best epoch so far; present only if the best weights are to be restored at the end. */
  readonly bestWeights?: readonly Float32Array[] | undefined;
}

interface Header {
  readonly format: typeof FORMAT;
  readonly progress: unknown;
  /** The number of float32 values in each tensor that follows, in file order. */
  readonly weights: readonly number[];
  readonly optimizer: readonly number[];
  readonly bestWeights: readonly number[] | null;
}

const FORMAT = 'pipeline-checkpoint-1';
const DIGEST_BYTES = 32;

/**
 * Writes a checkpoint atomically: to `PATH.partial`, which is synced to disk and then renamed to `path`.
 *
 * Layout: length of the header (uint32, little-endian), the header as JSON, the float32 values of all tensors in order,
 * and the SHA-256 of everything before it.
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

/**
 * Reads a checkpoint and verifies its digest.
 *
 * @returns a problem if the file is truncated or corrupted, or was written in another format.
 */
export async function readCheckpoint(path: string): Promise<Result<Checkpoint<unknown>>> {
  const read = readBytes(path, 'checkpoint');
  if (!read.ok) return problem(`cannot read the checkpoint: ${read.failure.reason}`, { at: { file: path } });
  const bytes = read.value;
  const end = bytes.length - DIGEST_BYTES;
  const digest = createHash('sha256').update(bytes.subarray(0, Math.max(end, 0)));
  if (end < 4 || !digest.digest().equals(bytes.subarray(end))) {
    return problem('the checkpoint is corrupted', { at: { file: path } });
  }
  const begin = 4 + bytes.readUInt32LE(0);
  const header = parseJson(bytes.subarray(4, begin).toString())?.value as Partial<Header> | null | undefined;
  if (header?.format !== FORMAT) {
    return problem(`the checkpoint has another format, expected "${FORMAT}"`, { at: { file: path } });
  }
  if (!hasLengths(header, (end - begin) / Float32Array.BYTES_PER_ELEMENT)) {
    return problem('the checkpoint is corrupted', { at: { file: path } });
  }
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

/** Returns whether a header gives the lengths of tensors that have this many values in total. */
function hasLengths(header: Partial<Header>, total: number): header is Header {
  const { weights, optimizer, bestWeights } = header;
  const lists: unknown[] = [weights, optimizer, bestWeights ?? []];
  if (!lists.every(Array.isArray)) return false;
  const lengths = lists.flat();
  return (
    lengths.every((length) => Number.isSafeInteger(length) && Number(length) >= 0) &&
    lengths.reduce<number>((sum, length) => sum + Number(length), 0) === total
  );
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
