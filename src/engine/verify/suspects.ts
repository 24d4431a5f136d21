import type { Problem } from '../../shared/problem.ts';
import type { RunResult, StageResult } from '../execute/events.ts';
import type { FailureReason } from '../execute/failure.ts';
import { describeDifference } from '../report/difference.ts';
import { failureLine } from '../report/failures.ts';
import { gapIn, judgeRun } from './judge-run.ts';
import type { PassContext, PassOutcome, Rerun } from './pass.ts';

/** How many of the last lines that a program has printed are shown. */
const PRINTED_LINES = 5;

/** A stage that has no valid result only because of how it was started. */
export interface Suspect {
  readonly stage: string;
  readonly failure: FailureReason;
}

/** What a run in unusual surroundings has shown, apart from what has nothing to do with them. */
export interface Suspicion {
  readonly suspects: readonly Suspect[];
  readonly outcome: PassOutcome;
}

/** Runs the stages in this way, and those that have no valid result once more as usual, to see whether that is the reason. */
export async function findSuspects(how: Rerun, context: Pick<PassContext, 'rerun' | 'signal'>): Promise<Suspicion> {
  const results = await runEach(how, context);
  const failed = results.flatMap((result) => (result.outcome === 'failed' ? [result] : []));
  const gaps = results.flatMap(gapIn);
  if (failed.length === 0 || context.signal.aborted) return { suspects: [], outcome: { findings: [], gaps } };
  const control = await context.rerun({
    label: 'once more as usual, to see whether that is the reason',
    launcher: (launch) => launch,
    stages: failed.map(({ name }) => name),
  });
  const broken = failed.filter(({ failure }) => sandboxFailure(failure) !== undefined);
  const fine = new Set(control.stages.filter(({ outcome }) => outcome === 'ran').map(({ name }) => name));
  const outcome = judgeRun(control);
  return {
    suspects: failed
      .filter((result) => fine.has(result.name) && !broken.includes(result))
      .map(({ name, failure }) => ({ stage: name, failure })),
    outcome: { ...outcome, gaps: [...gaps, ...broken.map(brokenProblem), ...outcome.gaps] },
  };
}

/** Returns what was said if the stage was not started; nothing if it was, or if there is no such program in the sandbox. */
function sandboxFailure(failure: FailureReason): string | undefined {
  const output = failure.kind === 'crashed' ? failure.output : '';
  return /^(bwrap: (?!execvp)|disorderfs: ).*$/m.exec(output)?.[0];
}

function brokenProblem({ name, failure }: { readonly name: string; readonly failure: FailureReason }): Problem {
  return {
    message: `stage "${name}" was not looked at, since no sandbox could be made for it: ${sandboxFailure(failure)}`,
    advice: 'If its inputs lie on an unusual file system, put them into an ordinary folder. Else report this as a bug.',
  };
}

/**
 * Runs the stages in this way, each for itself: one that waits for a result which is not valid gets the one that the
 * lockfile names, if it is in the cache.
 */
async function runEach(how: Rerun, { rerun, signal }: Pick<PassContext, 'rerun' | 'signal'>): Promise<StageResult[]> {
  const results = new Map<string, StageResult>();
  const add = ({ stages }: RunResult) => {
    for (const result of stages) results.set(result.name, result);
    return stages.filter(({ outcome }) => outcome === 'blocked').map(({ name }) => name);
  };
  let blocked = add(await rerun(how));
  while (blocked.length > 0 && !signal.aborted) {
    const run = await rerun({
      ...how,
      label: 'the stages after those, with the inputs that the lockfile names',
      stages: blocked,
    });
    const left = add({ ...run, stages: run.stages.filter(({ name }) => blocked.includes(name)) });
    if (left.length === blocked.length) break;
    blocked = left;
  }
  return [...results.values()];
}

/** Says how it shows, for people: `output a: b.txt differs from offset 3 on`, or how the stage has failed. */
export function describeSign(failure: FailureReason): string {
  if (failure.kind === 'difference') return failure.differences.map(describeDifference).join('; ');
  const printed = failure.kind === 'crashed' ? failure.output.split('\n').slice(-PRINTED_LINES) : [];
  return [failureLine(failure), ...printed].join('\n');
}

/** Returns where it shows in the source of the stage, if that is known. */
export function placeOfSign(failure: FailureReason): Pick<Problem, 'at'> {
  if (failure.kind === 'threw' && failure.at !== undefined) return { at: failure.at };
  const at = 'problems' in failure ? failure.problems.find((problem) => problem.at !== undefined)?.at : undefined;
  return at === undefined ? {} : { at };
}
