import { resolve } from 'node:path';
import { type Problem, success } from '../../../shared/problem.ts';
import { freshDirectory, removeAbandoned } from '../../cache/housekeeping/fresh-directory.ts';
import { findResult } from '../../cache/results.ts';
import type { Lockfile } from '../../execute/lockfile.ts';
import type { Services } from '../../execute/services.ts';
import { planVerification, type Verification } from '../../execute/verification.ts';
import type { PlannedStage } from '../../plan/plan.ts';
import { select } from '../../plan/select.ts';
import { reportProblems } from '../console.ts';
import { exitCodeOf } from '../exit.ts';
import { lockfileOf, type ToleranceOptions } from '../locked.ts';
import { withLockedInstances } from '../locked-instances.ts';
import { findProject } from '../project.ts';
import { rerun } from '../rerun.ts';
import { missingInputs } from '../session.ts';
import { withSession } from '../with-session.ts';
import type { StrictOptions } from './verify-strict.ts';

export interface VerifyOptions extends StrictOptions, ToleranceOptions {
  /** The directory in which the empty cache is created and kept. */
  readonly keep?: string;
  /** Whether to look for what stages use without having declared it. */
  readonly strict: boolean;
}

/** `pipeline verify`: reruns stages in an empty cache, and compares their outputs with the lockfile. */
export async function verify(stages: readonly string[], options: VerifyOptions): Promise<number> {
  const contradiction = contradictionIn(options);
  if (contradiction !== undefined) return reportProblems([contradiction], options);
  return withSession({ ...options, fromScratch: true }, async ({ services: opened }, signal) => {
    const services = await withLockedInstances(opened, options);
    const selection = select(services.plan, { stages, force: false });
    if (!selection.ok) return reportProblems(selection.failure, options);
    const missing = missingInputs(services.plan, selection.value.stages);
    if (missing.length > 0) return reportProblems(missing, options);
    const lockfile = await lockfileOf(services, selection.value.stages, options);
    if (typeof lockfile === 'number') return lockfile;
    const verification = planVerification(services.plan, stages, lockfile);
    const absent = await absentResults(verification, lockfile, services);
    if (absent.length > 0) return reportProblems(absent, options);

    const { cache } = findProject(options);
    removeAbandoned(cache);
    const fresh = freshDirectory(cache, options.keep === undefined ? undefined : resolve(options.keep));
    if (!fresh.ok) return reportProblems(fresh.failure, options);
    const directory = fresh.value.path;
    try {
      if (options.strict) {
        const { verifyStrictly } = await import('./verify-strict.ts');
        return await verifyStrictly({ services, verification, lockfile, stages, directory, signal }, options);
      }
      const result = await rerun(verification, lockfile, {
        ...{ services, directory, signal, options, keep: options.keep, stack: options.stack },
        select: (plan) => success(planVerification(plan, stages, lockfile).selection),
        reference: 'the lockfile',
      });
      return exitCodeOf(result);
    } finally {
      fresh.value.release();
    }
  });
}

function contradictionIn({ strict, keep, pass }: VerifyOptions): Problem | undefined {
  if (strict && keep !== undefined) {
    const advice = 'Each pass of --strict has an empty cache of its own: leave out --keep.';
    return { message: '--strict and --keep cannot be combined', advice };
  }
  if (!strict && pass.length > 0) return { message: '--pass needs --strict', advice: 'Add --strict.' };
  return undefined;
}

/** Returns a problem for each result that is to be read instead of recomputed, and that is not in the cache. */
async function absentResults(
  { reused }: Verification,
  lockfile: Lockfile,
  { stores, commandLine }: Pick<Services, 'stores' | 'commandLine'>,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const stage of reused) {
    const key = lockfile.get(stage.name)?.key;
    if (key !== undefined && (await findResult(stores, key)) === undefined)
      problems.push(absentProblem(stage, commandLine));
  }
  return problems;
}

function absentProblem({ name, deterministic }: PlannedStage, command: Services['commandLine']): Problem {
  return deterministic
    ? {
        message: `the result of stage "${name}", which another stage reads, is not in the cache`,
        advice: `Run the stage first: ${command('run', name)}. Or verify all stages: ${command('verify')}`,
      }
    : {
        message: `the result of stage "${name}", which is declared non-deterministic, is not in the cache`,
        advice: `Use the cache that has it: --cache DIR. If it is lost, run the pipeline and commit the new lockfile: ${command('run')}`,
      };
}
