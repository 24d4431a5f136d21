import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import type { Installation } from '../execute/services.ts';
import type { StageCode } from '../fingerprint/stage-code.ts';
import type { Lists } from '../plan/lists.ts';
import type { Overlays } from '../plan/overlay.ts';
import type { KnownPlan, KnownPlans } from './known-plans.ts';
import type { Planned } from './make-plan.ts';
import type { Project } from './project.ts';
import { undeclaredFiles } from './undeclared-files.ts';

/** What a plan is made from. */
export interface PlanningContext {
  readonly project: Project;
  /** The text of the pipeline file. */
  readonly text: string;
  readonly overlays: Overlays;
  /** The names of the built-in runtime facts. */
  readonly registered: readonly string[];
  readonly installation: Installation;
  readonly known: KnownPlans;
  readonly signal: AbortSignal;
}

/** Returns the plan of an earlier run if it is still valid, or makes it. */
export async function planWith(lists: Lists, context: PlanningContext): Promise<Result<Planned>> {
  const { project, text, overlays, registered, installation, known, signal } = context;
  const asked = { ...overlays, lists };
  let planned = revalidated(known.find(project, text, asked), installation.codes);
  if (planned === undefined) {
    const { makePlan } = await import('./make-plan.ts');
    const anew = await makePlan(project, text, asked, registered, installation, signal);
    if (!anew.ok) return anew;
    planned = anew.value;
    known.keep(project, text, asked, toKnown(planned));
  }
  const undeclared: readonly Problem[] = undeclaredFiles(planned.plan);
  return undeclared.length > 0 ? failure(undeclared) : success(planned);
}

/** Returns the plan of an earlier run if no stage's code has changed since. */
function revalidated(known: KnownPlan | undefined, codes: Installation['codes']): Planned | undefined {
  if (known === undefined) return undefined;
  const found = new Map<string, StageCode>();
  for (const [module, identity] of Object.entries(known.codes)) {
    const code = codes.known(module);
    if (code?.identity !== identity) return undefined;
    found.set(module, code);
  }
  return { plan: known.plan, codes: found };
}

function toKnown({ plan, codes }: Planned): KnownPlan {
  return { plan, codes: Object.fromEntries([...codes].map(([module, { identity }]) => [module, identity])) };
}
