import type { ActionKey } from '../fingerprint/digest.ts';
import type { Plan, PlannedStage } from '../plan/plan.ts';
import { before, type Selection } from '../plan/select.ts';
import { StageNames } from '../plan/stage-names.ts';
import type { StageResult } from './events.ts';
import type { Lockfile } from './lockfile.ts';

/** Which stages are rerun to verify that the results in a lockfile are reproducible. */
export interface Verification {
  readonly selection: Selection;
  /** Rerun and compared. */
  readonly rerun: ReadonlySet<string>;
  /** Declared as not deterministic: their locked result is used, and not compared. */
  readonly pinned: ReadonlySet<string>;
  /** Not rerun: their cached results are used as inputs. */
  readonly reused: readonly PlannedStage[];
  readonly reusedKeys: ReadonlySet<ActionKey>;
}

/** Plans the verification of the stages of `names`, or of all stages if there are no names. */
export function planVerification(plan: Plan, names: readonly string[], lockfile: Lockfile): Verification {
  const known = new StageNames(plan.stages);
  const asked = names.length === 0 ? plan.stages : names.flatMap((name) => membersOf(known.find(name)));
  const pinned = new Set(asked.filter(({ deterministic }) => !deterministic).map(({ name }) => name));
  const rerun = new Set(asked.map(({ name }) => name).filter((name) => !pinned.has(name)));
  const stages = before(plan, [...rerun]);
  const reused = plan.stages.filter(({ name }) => stages.has(name) && !rerun.has(name));
  return {
    selection: { stages, forced: rerun, cachedOnly: new Set(reused.map(({ name }) => name)) },
    rerun,
    pinned,
    reused,
    reusedKeys: new Set(reused.flatMap(({ name }) => lockfile.get(name)?.key ?? [])),
  };
}

/** Returns the stages that were found. That they exist was checked when they were selected. */
function membersOf(found: ReturnType<StageNames<PlannedStage>['find']>): readonly PlannedStage[] {
  return found.ok ? found.value : [];
}

/** The outcome of verifying a stage. */
export type Verdict = 'equal' | 'within-tolerance' | 'different' | 'failed' | 'not-compared' | 'pinned';

/** Returns the verdict on each verified stage, in the order of the graph. */
export function verdicts(
  plan: Plan,
  { rerun, pinned, reused }: Verification,
  results: readonly StageResult[],
): ReadonlyMap<string, Verdict> {
  const byName = new Map(results.map((result) => [result.name, result]));
  const reusedNames = new Set(reused.map(({ name }) => name));
  return new Map(
    plan.stages.flatMap(({ name }): [string, Verdict][] => {
      const verdict = verdictOf(byName.get(name));
      if (rerun.has(name)) return [[name, verdict]];
      // A reused stage is reported only if it is the reason why others were not compared.
      if (reusedNames.has(name) && (verdict === 'different' || verdict === 'failed')) return [[name, verdict]];
      return pinned.has(name) ? [[name, 'pinned']] : [];
    }),
  );
}

function verdictOf(result: StageResult | undefined): Verdict {
  switch (result?.outcome) {
    case 'ran':
    case 'cached':
      return result.approximation === undefined ? 'equal' : 'within-tolerance';
    case 'failed':
      return result.failure.kind === 'difference' ? 'different' : 'failed';
    case 'would-run':
    case 'blocked':
    case 'cancelled':
    case undefined:
      return 'not-compared';
    default:
      return result satisfies never;
  }
}
