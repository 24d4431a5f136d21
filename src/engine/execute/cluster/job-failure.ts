import type { Problem } from '../../../shared/problem.ts';
import type { FailureReason, JobFailure } from '../failure.ts';
import type { JobState, JobVerdict } from './scheduler.ts';

/** What is known of a job that ended without saying how its stage went. */
export interface DeadJob {
  readonly stage: string;
  readonly id: string;
  /** The name of the executor, and of its scheduler. */
  readonly executor: string;
  /** The file with its output. */
  readonly output: string;
  /** What the scheduler last said of it. */
  readonly state: JobState | undefined;
  /** Whether the job has begun to run the command. */
  readonly hasBegun: boolean;
}

type DeadJobCause = Exclude<JobFailure, 'not-submitted'>;

/** Returns why a job has no result, and what to do about it. */
export function jobFailure(job: DeadJob): FailureReason & { readonly kind: 'job' } {
  const cause = causeOf(job.state?.ended);
  return { kind: 'job', cause, problems: [problemOf(cause, job)] };
}

function causeOf(verdict: JobVerdict | undefined): DeadJobCause {
  switch (verdict) {
    case 'out-of-memory':
    case 'out-of-time':
    case 'preempted':
    case 'node-failed':
    case 'cancelled':
    case 'exited':
      return verdict;
    case 'blocked':
      return 'cancelled';
    // A job that has succeeded has a result.
    case 'succeeded':
    case 'unknown':
    case undefined:
      return 'lost';
    default:
      return verdict satisfies never;
  }
}

function problemOf(cause: DeadJobCause, { stage, id, executor, output, state, hasBegun }: DeadJob): Problem {
  const said = state === undefined ? '' : ` (${[state.word, state.reason].filter((part) => part !== '').join(', ')})`;
  const job = `job ${id} of stage "${stage}"`;
  const nodes = state?.nodes.join() ?? '';
  const on = nodes === '' ? '' : ` on ${nodes}`;
  const at = { file: output };
  switch (cause) {
    case 'out-of-memory':
      return {
        message: `${job} ran out of memory${on}${said}`,
        advice: 'Raise `resources.memory`, or give the stage `retries`: each retry gets twice the memory.',
        at,
      };
    case 'out-of-time':
      return {
        message: `${job} reached its time limit${on}${said}`,
        advice: `Raise \`timeout\` of the stage or \`time\` of executor "${executor}". The next run resumes from what the stage has saved.`,
        at,
      };
    case 'preempted':
      return {
        message: `${job} was preempted${on}${said}`,
        advice: 'Run again: it resumes from what the stage has saved. Another partition or QOS may not be preempted.',
        at,
      };
    case 'node-failed':
      return {
        message: `the node of ${job} failed${on}${said}`,
        advice: `Run again. To avoid a node: options: ["--exclude=NODE"] of executor "${executor}".`,
        at,
      };
    case 'cancelled':
      return {
        message: `${job} was cancelled outside of this run${said}`,
        advice: 'Run again to submit it again. It resumes from what the stage has saved.',
        at,
      };
    case 'exited':
      return {
        message: `${job} ended without a result${on}${said}`,
        advice: hasBegun
          ? `Its output is in ${output}. The process was killed, or the machine ran out of memory or disk space.`
          : `The command did not start on the node. Its output is in ${output}: is Node installed there, under the same path, and does the node see this folder?`,
        at,
      };
    case 'lost':
      return {
        message: `${job} is gone, and the cache has no result of it${said}`,
        advice: `Check that the nodes see the same cache as this machine, and look into ${output}. Then run again.`,
        at,
      };
    default:
      return cause satisfies never;
  }
}
