import { figure } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { OutdatedStage } from '../execute/compare-with-lockfile.ts';
import type { ContentDifference } from '../execute/content-difference.ts';
import type { Difference, FailureReason } from '../execute/failure.ts';
import { describeValues } from './value-differences.ts';

type DifferenceReason = FailureReason & { readonly kind: 'difference' };

/** Describes how an output differs from the lockfile: `output model: weights.bin differs from offset 17 on`. */
export function describeDifference(difference: Difference): string {
  const { output, file, expected, found, first, values } = difference;
  if (values !== undefined) return describeValues(difference, values);
  if (first === undefined) {
    const digests = `${expected.slice(0, 12)}… in the lockfile, now ${found.slice(0, 12)}…`;
    return `output ${output}: ${file} differs (${digests}); the first difference is unknown, because the expected content is not in the cache`;
  }
  return `output ${output}: ${wordsOf(first, file)}`;
}

/** Returns the path of the file that differs, starting with the file name of the output. */
export function pathOfDifference(first: ContentDifference | undefined, file: string): string {
  return first !== undefined && 'file' in first && first.file !== '' ? `${file}/${first.file}` : file;
}

function wordsOf(first: ContentDifference, file: string): string {
  const path = pathOfDifference(first, file);
  switch (first.kind) {
    case 'byte': {
      const { offset, expected, found } = first;
      if (found === undefined) return `${path} ends at offset ${offset}, where ${hex(expected)} is expected`;
      if (expected === undefined)
        return `${path} continues at offset ${offset} with ${hex(found)}, where the expected file ends`;
      return `${path} differs from offset ${offset} on: ${hex(expected)} → ${hex(found)}`;
    }
    case 'missing-file':
      return `${path} is missing`;
    case 'added-file':
      return `${path} is an additional file`;
    case 'other-kind':
      return `${path} is a ${first.found}, but a ${first.expected} is expected`;
    case 'empty-directories':
      return `${path} has the same files, but different empty directories`;
    default:
      return first satisfies never;
  }
}

function hex(byte: number | undefined): string {
  return `0x${(byte ?? 0).toString(16).padStart(2, '0')}`;
}

/** Returns what to do about a result that differs from the lockfile. */
export function adviceOnDifference(
  stage: string,
  { differences, conditions, tolerance }: DifferenceReason,
  commandLine: (...words: readonly string[]) => string,
): string {
  if (conditions.kind === 'other') {
    const machine = `It was computed on another class of machine than the locked result (${conditions.changes.join('; ')}), on which its last digits depend.`;
    return differences.some(({ values }) => values === undefined)
      ? `${machine} Their values cannot be compared here, since the expected content is not in the cache: take it from a remote cache (--remote URL), or verify on a machine of that class.`
      : `${machine} Its values differ by more than the tolerance of ${figure(tolerance ?? 0)}. That need not be a mistake: an iterative computation, such as a training, amplifies the last digits with each step. Verify it on a machine of that class, accept more (${commandLine('verify', stage, '--tolerance', '0.01')}), or make machines equal: see "Other machines" in docs/reproducibility.md.`;
  }
  if (conditions.kind === 'unknown')
    return `Its last digits depend on the class of the machine, which the lockfile does not have: an earlier version wrote it. Compare by value: ${commandLine('verify', stage, '--tolerance', '0.0001')}. Or run the pipeline, and commit the new lockfile: ${commandLine('run')}`;
  return differences.some(({ cached }) => cached)
    ? `The cached result differs from the lockfile. Recompute it: ${commandLine('run', stage, '--force', '--locked')}`
    : 'The same code, params and inputs gave a different result. Typical causes: the time, random numbers without a seed, the order of files or threads. If the stage cannot be made deterministic, declare it: deterministic: false.';
}

/** Describes the stages that differ from the lockfile, one per line, and what to do about it. */
export function describeOutdated(
  outdated: readonly OutdatedStage[],
  title: string,
  advice: string,
  paint: Paint,
): string {
  const lines = outdated.map(({ stage, reasons }) => `${paint('red', '✗')} ${stage}: ${reasons.join('; ')}`);
  return [`${paint('red', 'error')}: ${title}`, ...lines, `  ${paint('cyan', '→')} ${advice}`].join('\n');
}
