import type { Paint } from '../../shared/text/style.ts';
import type { OutdatedStage } from '../execute/compare-with-lockfile.ts';
import type { ContentDifference } from '../execute/content-difference.ts';
import type { Difference } from '../execute/failure.ts';

/** In what an output is not the one that the lockfile names: «output model: weights.bin differs from offset 17 on». */
export function describeDifference({ output, file, expected, found, first }: Difference): string {
  if (first === undefined) {
    const digests = `${expected.slice(0, 12)}… in pipeline.lock, now ${found.slice(0, 12)}…`;
    return `output ${output}: ${file} differs (${digests}); where is not known, since the first one is not in the cache`;
  }
  return `output ${output}: ${wordsOf(first, file)}`;
}

/** The path of what differs, from the output's own file name on. */
export function pathOfDifference(first: ContentDifference | undefined, file: string): string {
  return first !== undefined && 'file' in first && first.file !== '' ? `${file}/${first.file}` : file;
}

function wordsOf(first: ContentDifference, file: string): string {
  const path = pathOfDifference(first, file);
  switch (first.kind) {
    case 'byte': {
      const { offset, expected, found } = first;
      if (found === undefined) return `${path} ends at offset ${offset}, where it went on with ${hex(expected)}`;
      if (expected === undefined) return `${path} goes on at offset ${offset} with ${hex(found)}, where it ended`;
      return `${path} differs from offset ${offset} on: ${hex(expected)} → ${hex(found)}`;
    }
    case 'missing-file':
      return `${path} is missing`;
    case 'added-file':
      return `${path} was not there`;
    case 'other-kind':
      return `${path} is a ${first.found}, and was a ${first.expected}`;
    case 'empty-directories':
      return `${path} has the same files, but not the same empty directories`;
    default:
      return first satisfies never;
  }
}

function hex(byte: number | undefined): string {
  return `0x${(byte ?? 0).toString(16).padStart(2, '0')}`;
}

/** What to do about a result that is not the one of the lockfile. */
export function adviceOnDifference(stage: string, differences: readonly Difference[]): string {
  return differences.some(({ cached }) => cached)
    ? `The cache has another result than pipeline.lock. Make it again: pipeline run ${stage} --force --locked`
    : 'The same code, params and inputs gave something else. Look for the time, unseeded random numbers, the order of files or of threads; or declare it: deterministic: false.';
}

/** What the lockfile does not describe, a line a stage, and what to do. */
export function describeMoved(moved: readonly OutdatedStage[], title: string, advice: string, paint: Paint): string {
  const lines = moved.map(({ stage, reasons }) => `${paint('red', '✗')} ${stage}: ${reasons.join('; ')}`);
  return [`${paint('red', 'error')}: ${title}`, ...lines, `  ${paint('cyan', '→')} ${advice}`].join('\n');
}
