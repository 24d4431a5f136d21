import { readFrom } from '../../../shared/files.ts';
import type { OutputPart } from './scheduler.ts';

/** How much of an output is read at once, in bytes. */
const MOST_OUTPUT = 8 << 20;

/** Reads what a job has written into its file from a position on; nothing if there is no such file. */
export function readOutput({ path, from }: OutputPart): Uint8Array | undefined {
  try {
    return readFrom(path, from, MOST_OUTPUT);
  } catch {
    return undefined;
  }
}
