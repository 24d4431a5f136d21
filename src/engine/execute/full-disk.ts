import { statfsSync } from 'node:fs';
import type { FailureReason } from './failure.ts';

/** A disk with less free space than this, in bytes, counts as full: the file that did not fit may have been deleted. */
const NEXT_TO_NOTHING = 16 << 20;

/** Returns a disk-full failure in place of `reason`, if that names one and the disk of `directory` is full. */
export function fullDisk(reason: FailureReason, directory: string): FailureReason | undefined {
  const text = textOf(reason);
  if (!/ENOSPC|EDQUOT|no space left on device|quota exceeded/i.test(text) || !isFull(directory)) return undefined;
  const problem = {
    message: 'the disk of the cache is full',
    at: { file: directory },
    advice: 'Free some disk space (pipeline cache gc), or move the cache: --cache DIR. Finished stages do not rerun.',
  };
  return { kind: 'cache', problems: [problem] };
}

function textOf(reason: FailureReason): string {
  switch (reason.kind) {
    case 'threw':
      return reason.message;
    case 'crashed':
      return reason.output;
    case 'reported':
      return reason.problems.map(({ message }) => message).join('\n');
    case 'bad-input':
    case 'bad-output':
    case 'not-cached':
    case 'cache':
    case 'difference':
    case 'timed-out':
    case 'out-of-memory':
    case 'job':
      return '';
    default:
      return reason satisfies never;
  }
}

function isFull(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize < NEXT_TO_NOTHING;
  } catch {
    return false;
  }
}
