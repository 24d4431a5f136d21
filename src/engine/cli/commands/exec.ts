import { hostname } from 'node:os';
import { type Problem, problem, type Result, success } from '../../../shared/problem.ts';
import { type FrozenPlanning, frozenPlanning } from '../../execute/cluster/frozen-texts.ts';
import { Job } from '../../execute/cluster/job.ts';
import { readFrozenPlan } from '../../execute/cluster/job-folder.ts';
import type { JobEnd } from '../../execute/cluster/job-messages.ts';
import type { ConnectedRemote } from '../connect-remote.ts';
import { reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import { printForPeople, printForRunner } from '../job-output.ts';
import type { CommonOptions } from '../options.ts';
import type { Project } from '../project.ts';
import type { Session } from '../session.ts';
import { withSession } from '../with-session.ts';

export interface ExecOptions extends CommonOptions {
  /** The digest of a frozen plan. */
  readonly plan?: string;
  /** The size of its text in bytes, if it may have to be downloaded. */
  readonly planSize?: number;
  readonly stage?: string;
  readonly run?: string;
  readonly requeue?: string;
  /** In bytes. */
  readonly memory?: number;
  readonly retries?: number;
  /** Whether to print for people. */
  readonly plain?: boolean;
}

/**
 * `pipeline exec`: runs one stage of a frozen plan, in a job of a scheduler. Its key is computed here and now, since its
 * inputs may not have existed before. Prints messages for whoever follows the job.
 */
export async function exec(options: ExecOptions): Promise<number> {
  const { plan: digest, stage } = options;
  if (digest === undefined || stage === undefined) {
    const advice = 'Write: pipeline exec --plan DIGEST --stage STAGE. Usually a job does this: see docs/cluster.md.';
    return reportProblems([{ message: 'exec needs a plan and a stage', advice }], options);
  }
  const print = options.plain ? printForPeople(stage, options) : printForRunner;
  const end = (outcome: JobEnd): number => {
    print({ type: 'ended', end: outcome });
    return exitCodeOf(outcome);
  };
  const refused = (problems: readonly Problem[]) =>
    end({ outcome: 'failed', failure: { kind: 'bad-input', problems }, isFinal: true });
  print({ type: 'began', host: hostname() });
  if (options.planSize !== undefined) {
    const { downloadPlan } = await import('../shared-plans.ts');
    const downloaded = await downloadPlan(digest, options.planSize, options, new AbortController().signal);
    if (!downloaded.ok) {
      refused(downloaded.failure);
      return reportProblems(downloaded.failure, options);
    }
  }
  let forced: ReadonlySet<string> = new Set();
  const frozen = (project: Project): Result<FrozenPlanning> => {
    const read = readFrozenPlan({ project: project.root, cache: project.cache }, digest);
    if (!read.ok) return read;
    if (read.value.plan.stages.every(({ name }) => name !== stage))
      return problem(`the plan has no stage "${stage}"`, { at: { file: `--stage ${stage}` } });
    forced = read.value.forced;
    return success(frozenPlanning(read.value));
  };
  const perform = async ({ services, remote }: Session, signal: AbortSignal) => {
    const { run, requeue, memory, retries } = options;
    const isForced = forced.has(stage);
    const job = new Job(services, { ...{ stage, isForced, run, requeue, memory, retries, signal }, onMessage: print });
    // A scheduler sends it some time before it ends the job.
    process.on('SIGUSR2', () => job.outOfTime(() => process.kill(process.pid, 'SIGTERM')));
    const outcome = await job.perform();
    // Others look for the result as soon as they know of it.
    await remote?.store.settle(remote.uploadTime);
    const isolated = options.planSize === undefined || outcome.outcome !== 'ran' ? [] : isolation(remote);
    if (isolated.length === 0) return end(outcome);
    return end({ outcome: 'failed', failure: { kind: 'cache', problems: isolated }, isFinal: true });
  };
  return withSession({ upload: true, ...options, frozen, isJob: true }, perform, { opened: () => undefined, refused });
}

/** Returns the exit code, by which a scheduler knows whether what depends on the stage may start. */
function exitCodeOf({ outcome }: JobEnd): number {
  switch (outcome) {
    case 'ran':
    case 'cached':
      return EXIT.ok;
    case 'failed':
      return EXIT.stageFailed;
    case 'stopped':
      return EXIT.interrupted;
    default:
      return outcome satisfies never;
  }
}

/** Returns why a result of this machine does not get to the others, which see nothing but the remote cache. */
function isolation(remote: ConnectedRemote | undefined): readonly Problem[] {
  if (remote === undefined) return [{ message: 'there is no remote cache, through which others get the result' }];
  if (remote.uploads !== true) return [remote.uploads];
  const advice = 'Check the remote cache, then run the workflow again: what was uploaded is not computed again.';
  if (remote.store.usage.failedUploads === 0) return [];
  return [...remote.problems, { message: 'the result is not in the remote cache, where others look for it', advice }];
}
