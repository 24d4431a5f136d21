import { duration } from '../../shared/text/format.ts';
import { type Paint, printedLines } from '../../shared/text/style.ts';
import type { StageResult } from '../execute/events.ts';
import type { FailureReason } from '../execute/failure.ts';
import { adviceOnDifference, describeDifference } from './difference.ts';
import { describeProblems } from './problems.ts';

/** Returns a failure in a few words, for the line of the stage. */
export function failureTitle(reason: FailureReason): string {
  switch (reason.kind) {
    case 'bad-input':
      return 'invalid input';
    case 'reported':
      return 'failed';
    case 'threw':
      return 'threw an error';
    case 'crashed':
      return `process ${reason.how}`;
    case 'timed-out':
      return `took longer than ${duration(reason.seconds)}`;
    case 'bad-output':
      return 'invalid output';
    case 'not-cached':
      return 'not in the cache';
    case 'cache':
      return 'cache error';
    case 'difference':
      return 'result differs from the lockfile';
    default:
      return reason satisfies never;
  }
}

/** Returns a failure in one line, with the message of the stage. */
export function failureLine(reason: FailureReason): string {
  const message =
    'problems' in reason ? reason.problems[0]?.message : reason.kind === 'threw' ? reason.message : undefined;
  return message === undefined ? failureTitle(reason) : `${failureTitle(reason)}: ${message.split('\n', 1)[0]}`;
}

/** Returns `retrying (1 of 2)`. */
export function retryText({ retry, retries }: { readonly retry: number; readonly retries: number }): string {
  return `retrying (${retry} of ${retries})`;
}

interface Printing {
  readonly folders: readonly string[];
  readonly paint: Paint;
  /** Formats a command for the same pipeline, params and cache. */
  readonly commandLine: (...words: readonly string[]) => string;
}

/** Describes a failure in full, with what to do next. */
export function describeFailure(
  result: StageResult & { outcome: 'failed' },
  { folders, paint, commandLine }: Printing,
): string {
  const { failure, name } = result;
  const tries = result.tries !== undefined && result.tries > 1 ? ` (${result.tries} attempts)` : '';
  const head = `${paint('red', '✗')} ${paint('bold', name)}: ${failureTitle(failure)}${tries}`;
  switch (failure.kind) {
    case 'bad-input':
    case 'reported':
    case 'bad-output':
    case 'not-cached':
    case 'cache':
      return `${head}\n${describeProblems(failure.problems, folders, paint)}`;
    case 'threw': {
      const { message, at, advice } = failure;
      const problem = { message, ...(at && { at }), ...(advice !== undefined && { advice }) };
      const needsStack = at === undefined && advice === undefined && failure.stack !== '';
      return `${head}\n${needsStack ? failure.stack : describeProblems([problem], folders, paint)}`;
    }
    case 'crashed': {
      const guess = failure.how.includes('SIGKILL')
        ? 'The operating system does this when memory runs out: try a smaller batch size or image size.'
        : 'Its last lines of output are above. If there are none, rerun the stage to see whether the failure is repeatable.';
      return [
        head,
        printedLines(failure.output, paint).join('\n'),
        describeProblems(
          [{ message: `stage "${name}" ${failure.how}`, advice: failure.advice ?? guess }],
          folders,
          paint,
        ),
      ]
        .filter((part) => part !== '')
        .join('\n');
    }
    case 'difference':
      return [
        head,
        ...failure.differences.map((difference) => `  ${describeDifference(difference)}`),
        `  ${paint('cyan', '→')} ${adviceOnDifference(name, failure.differences, commandLine)}`,
      ].join('\n');
    case 'timed-out': {
      const message = `stage "${name}" was stopped after its timeout of ${duration(failure.seconds)}`;
      const advice = 'Increase or remove its `timeout` in pipeline.yaml. The next run resumes from its work directory.';
      return `${head}\n${describeProblems([{ message, advice }], folders, paint)}`;
    }
    default:
      return failure satisfies never;
  }
}
