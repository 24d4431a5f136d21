import type { FailureReason } from '../../execute/failure.ts';
import type { Finding, Pass, PassContext } from '../pass.ts';
import { describeSign, findSuspects, placeOfSign, type Suspect } from '../suspects.ts';
import { findCulprits } from './culprits.ts';
import type { Variation } from './variation.ts';
import { variationsHere } from './variations.ts';
import { varied } from './varied.ts';

/** How many stages run side by side while everything is varied: what they share by mistake may get in their way. */
const JOBS = 4;

/** Runs each stage as another user on another machine might, and compares its outputs with the lockfile. */
export const varyPass: Pass = {
  name: 'vary',
  covers:
    'home, user, time zone, locale, host name, umask, number of CPUs, directory order, clock and build path: stages run with others',
  obstacles: async () => [],
  run: async (context) => {
    const { possible, gaps, hasSandbox } = variationsHere(context);
    const how = (some: readonly Variation[]) => varied(some, hasSandbox);
    const { suspects, outcome } = await findSuspects({ ...how(possible), jobs: JOBS }, context);
    const findings: Finding[] = [...outcome.findings];
    for (const suspect of suspects) {
      if (context.signal.aborted) break;
      findings.push(...(await explain(suspect, possible, how, context)));
    }
    return { ...outcome, findings, gaps: [...gaps, ...outcome.gaps] };
  },
};

/** Looks for the variations that make the difference. */
async function explain(
  { stage, failure }: Suspect,
  variations: readonly Variation[],
  how: (some: readonly Variation[]) => ReturnType<typeof varied>,
  { rerun, signal }: PassContext,
): Promise<readonly Finding[]> {
  const seen = new Map<string, FailureReason>();
  const differs = async (some: readonly Variation[]): Promise<boolean> => {
    if (signal.aborted) return false;
    const { stages } = await rerun({ ...how(some), stages: [stage] });
    const result = stages.find(({ name }) => name === stage);
    if (result?.outcome === 'failed') seen.set(idOf(some), result.failure);
    return result?.outcome === 'failed';
  };
  if (!(await differs(variations))) return signal.aborted ? [] : [unsteady({ stage, failure })];
  const culprits = await findCulprits(variations, differs);
  return signal.aborted
    ? []
    : culprits.map(({ culprit, among }) => toFinding(stage, culprit, seen.get(idOf(among)) ?? failure));
}

function idOf(variations: readonly Variation[]): string {
  return variations.map(({ name }) => name).join();
}

function toFinding(stage: string, { name, value, advice }: Variation, failure: FailureReason): Finding {
  const what = failure.kind === 'difference' ? 'gives another result' : 'fails';
  const message = `stage "${stage}" ${what} with another ${name} (${value}): ${describeSign(failure)}`;
  return { stage, kind: 'variation', subject: name, problem: { message, ...placeOfSign(failure), advice } };
}

/** All together made a difference, and then no longer. */
function unsteady({ stage, failure }: Suspect): Finding {
  const message = `stage "${stage}" has no steady result: it was another one once, and not again in the same surroundings: ${describeSign(failure)}`;
  const advice =
    'Look for what depends on chance: the order in which parallel work ends, or a file outside of `work` and the outputs ' +
    'that several stages use at the same time.';
  return { stage, kind: 'unsteady', subject: stage, problem: { message, ...placeOfSign(failure), advice } };
}
