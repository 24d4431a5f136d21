import { statfsSync } from 'node:fs';
import type { FailureReason } from './failure.ts';

/** With less left than this a disk is full: what did not fit has been removed by now, or was larger. */
const NEXT_TO_NOTHING = 16 << 20;

/** What a stage's failure was really about, if the disk on which it works, at `directory`, is full. */
export function fullDisk(reason: FailureReason, directory: string): FailureReason | undefined {
  const said = saidOf(reason);
  if (!/ENOSPC|EDQUOT|no space left on device|quota exceeded/i.test(said) || !isFull(directory)) return undefined;
  const problem = {
    message: 'the disk of the cache is full',
    at: { file: directory },
    advice: 'Free some space (pipeline cache gc), or move the cache: --cache DIR. Nothing that is finished runs again.',
  };
  return { kind: 'cache', problems: [problem] };
}

function saidOf(reason: FailureReason): string {
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
