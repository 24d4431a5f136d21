import type { ActionKey } from '../fingerprint/digest.ts';
import type { Plan, PlannedStage } from '../plan/plan.ts';
import { before, type Selection } from '../plan/select.ts';
import { StageNames } from '../plan/stage-names.ts';
import type { StageResult } from './events.ts';
import type { Lockfile } from './lockfile.ts';

/** What is run again to see whether a lockfile's results can be reproduced. */
export interface Verification {
  readonly selection: Selection;
  /** Run again and compared. */
  readonly again: ReadonlySet<string>;
  /** Declared as not deterministic: their first result stands, and is not compared. */
  readonly pinned: ReadonlySet<string>;
  /** Not run, since only their results are read. */
  readonly taken: readonly PlannedStage[];
  readonly reusedKeys: ReadonlySet<ActionKey>;
}

/** Works out what verifying the stages of `names` means: all stages when there are none. */
export function planVerification(plan: Plan, names: readonly string[], lockfile: Lockfile): Verification {
  const known = new StageNames(plan.stages);
  const asked = names.length === 0 ? plan.stages : names.flatMap((name) => membersOf(known.find(name)));
  const pinned = new Set(asked.filter(({ deterministic }) => !deterministic).map(({ name }) => name));
  const again = new Set(asked.map(({ name }) => name).filter((name) => !pinned.has(name)));
  const stages = before(plan, [...again]);
  const taken = plan.stages.filter(({ name }) => stages.has(name) && !again.has(name));
  return {
    selection: { stages, forced: again, cachedOnly: new Set(taken.map(({ name }) => name)) },
    again,
    pinned,
    taken,
    reusedKeys: new Set(taken.flatMap(({ name }) => lockfile.get(name)?.key ?? [])),
  };
}

/** That there are such stages was checked when they were selected. */
function membersOf(found: ReturnType<StageNames<PlannedStage>['find']>): readonly PlannedStage[] {
  return found.ok ? found.value : [];
}

/** What verifying has shown of a stage. */
export type Verdict = 'equal' | 'different' | 'failed' | 'not-compared' | 'pinned';

/** The verdict on each stage that was to be verified, in the order of the graph. */
export function verdicts(
  plan: Plan,
  { again, pinned, taken }: Verification,
  results: readonly StageResult[],
): ReadonlyMap<string, Verdict> {
  const byName = new Map(results.map((result) => [result.name, result]));
  const takenNames = new Set(taken.map(({ name }) => name));
  return new Map(
    plan.stages.flatMap(({ name }): [string, Verdict][] => {
      const verdict = verdictOf(byName.get(name));
      if (again.has(name)) return [[name, verdict]];
      // What is only read is worth a word when it is the cause that nothing was compared.
      if (takenNames.has(name) && (verdict === 'different' || verdict === 'failed')) return [[name, verdict]];
      return pinned.has(name) ? [[name, 'pinned']] : [];
    }),
  );
}

function verdictOf(result: StageResult | undefined): Verdict {
  switch (result?.outcome) {
    case 'ran':
    case 'cached':
      return 'equal';
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
