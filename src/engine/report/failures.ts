import type { Problem } from '../../shared/problem.ts';
import { bytes, duration } from '../../shared/text/format.ts';
import { type Paint, printedLines } from '../../shared/text/style.ts';
import type { StageResult } from '../execute/events.ts';
import { type FailureReason, type JobFailure, withCauses } from '../execute/failure.ts';
import { adviceOnDifference, describeDifference } from './difference.ts';
import { describeProblems } from './problems.ts';

const JOB_TITLES: Readonly<Record<JobFailure, string>> = {
  'out-of-memory': 'job ran out of memory',
  'out-of-time': 'job ran out of time',
  preempted: 'job was preempted',
  'node-failed': 'node of the job failed',
  cancelled: 'job was cancelled',
  exited: 'job ended without a result',
  lost: 'job was lost',
  'not-submitted': 'job was not submitted',
};

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
    case 'out-of-memory':
      return `used more than ${bytes(reason.limit)} of memory`;
    case 'timed-out':
      return `took longer than ${duration(reason.seconds)}`;
    case 'bad-output':
      return 'invalid output';
    case 'not-cached':
      return 'not in the cache';
    case 'cache':
      return 'cache error';
    case 'job':
      return JOB_TITLES[reason.cause];
    case 'difference':
      return 'result differs from the lockfile';
    default:
      return reason satisfies never;
  }
}

/** Returns a failure in one line, with the message of the stage. */
export function failureLine(reason: FailureReason): string {
  const messages =
    'problems' in reason
      ? reason.problems.slice(0, 1).map(({ message }) => message)
      : reason.kind === 'threw'
        ? [reason.message, ...reason.causes]
        : [];
  return [failureTitle(reason), ...messages.map((message) => message.split('\n', 1)[0])].join(': ');
}

/** Returns `retrying in 10.0 s (1 of 2)`. */
export function retryText({
  retry,
  retries,
  seconds,
}: {
  readonly retry: number;
  readonly retries: number;
  readonly seconds?: number;
}): string {
  return `retrying ${seconds === undefined ? '' : `in ${duration(seconds)} `}(${retry} of ${retries})`;
}

/** Returns what is wrong, as problems: what other programs are told of a failure. */
export function problemsOf(reason: FailureReason): readonly Problem[] {
  switch (reason.kind) {
    case 'bad-input':
    case 'reported':
    case 'bad-output':
    case 'not-cached':
    case 'cache':
    case 'job':
      return reason.problems;
    case 'threw': {
      const { at, advice } = reason;
      return [{ message: withCauses(reason), ...(at && { at }), ...(advice !== undefined && { advice }) }];
    }
    case 'crashed': {
      const { how, advice } = reason;
      return [{ message: `the process ${how}`, ...(advice !== undefined && { advice }) }];
    }
    case 'out-of-memory':
    case 'timed-out':
      return [{ message: failureTitle(reason) }];
    case 'difference':
      return reason.differences.map((difference) => ({ message: describeDifference(difference) }));
    default:
      return reason satisfies never;
  }
}

interface Printing {
  readonly folders: readonly string[];
  readonly paint: Paint;
  /** Formats a command for the same pipeline, params and cache. */
  readonly commandLine: (...words: readonly string[]) => string;
  /** Whether to print the stack of an error. */
  readonly stack: boolean;
  /** The command that shows what the stage has printed, if that is kept. */
  readonly log: string | undefined;
}

/** Describes a failure in full, with what to do next. */
export function describeFailure(result: StageResult & { outcome: 'failed' }, printing: Printing): string {
  const { failure, name } = result;
  const { paint, log } = printing;
  const tries = result.tries !== undefined && result.tries > 1 ? ` (${result.tries} attempts)` : '';
  return [
    `${paint('red', '✗')} ${paint('bold', name)}: ${failureTitle(failure)}${tries}`,
    ...detailsOf(name, failure, printing),
    ...(log === undefined ? [] : [`  ${paint('cyan', '→')} Its log: ${log}`]),
  ].join('\n');
}

function detailsOf(name: string, failure: FailureReason, { folders, paint, commandLine, stack }: Printing): string[] {
  switch (failure.kind) {
    case 'bad-input':
    case 'reported':
    case 'bad-output':
    case 'not-cached':
    case 'cache':
    case 'job':
      return [describeProblems(failure.problems, folders, paint)];
    case 'threw': {
      const { at, advice } = failure;
      const problems = describeProblems(problemsOf(failure), folders, paint);
      if (failure.stack === '') return [problems];
      // Without a place in the project, the stack is the only place there is.
      if (at === undefined && advice === undefined) return [failure.stack];
      return [problems, ...(stack ? [paint('dim', failure.stack)] : [])];
    }
    case 'crashed': {
      const guess = failure.how.includes('SIGKILL')
        ? 'The operating system does this when memory runs out: try a smaller batch size or image size.'
        : 'Its last lines of output are above. If there are none, rerun the stage to see whether the failure is repeatable.';
      const problem = { message: `stage "${name}" ${failure.how}`, advice: failure.advice ?? guess };
      const output = failure.output === '' ? [] : [printedLines(failure.output, paint).join('\n')];
      return [...output, describeProblems([problem], folders, paint)];
    }
    case 'difference':
      return [
        ...failure.differences.map((difference) => `  ${describeDifference(difference)}`),
        `  ${paint('cyan', '→')} ${adviceOnDifference(name, failure, commandLine)}`,
      ];
    case 'out-of-memory': {
      const message = `stage "${name}" was ended because it used ${bytes(failure.used)} of memory`;
      const advice = `It declares ${bytes(failure.limit)}: raise \`resources.memory\`, or let it use less, such as a smaller batch.`;
      return [describeProblems([{ message, advice }], folders, paint)];
    }
    case 'timed-out': {
      const message = `stage "${name}" was stopped after its timeout of ${duration(failure.seconds)}`;
      const advice = 'Increase or remove its `timeout` in pipeline.yaml. The next run resumes from its work directory.';
      return [describeProblems([{ message, advice }], folders, paint)];
    }
    default:
      return failure satisfies never;
  }
}
