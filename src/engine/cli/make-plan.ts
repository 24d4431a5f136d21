import { existsSync } from 'node:fs';
import { type Problem, type Result, success } from '../../shared/problem.ts';
import { describeStages } from '../execute/describe.ts';
import type { Installation } from '../execute/services.ts';
import type { StageCode, StageCodes } from '../fingerprint/stage-code.ts';
import { declarePipeline } from '../plan/declaration.ts';
import type { Lists } from '../plan/lists.ts';
import type { Overlays } from '../plan/overlay.ts';
import { type Plan, planPipeline } from '../plan/plan.ts';
import { type ResolvedModuleStage, type ResolvedPipeline, resolvePipeline } from '../plan/resolve.ts';
import type { StageInterface } from '../plan/stage-interface.ts';
import type { Project } from './project.ts';

export interface Planned {
  readonly plan: Plan;
  /** The code of each module, by its absolute path. */
  readonly codes: ReadonlyMap<string, StageCode>;
}

/**
 * Creates the plan of a pipeline file from its text. Of the stage modules only the declarations are evaluated.
 *
 * @param registered the names of the built-in runtime facts.
 */
export async function makePlan(
  { root, shown }: Project,
  text: string,
  overlays: Overlays & { readonly lists: Lists },
  registered: readonly string[],
  installation: Installation,
  signal: AbortSignal,
): Promise<Result<Planned>> {
  const declared = declarePipeline(shown, text);
  if (!declared.ok) return declared;
  const resolved = resolvePipeline(declared.value, root, overlays, registered, overlays.lists);
  if (!resolved.ok) return resolved;
  const { codes, problems } = await readCodes(resolved.value, installation.codes, signal);
  const interfaces = await readInterfaces(codes, installation, signal);
  const faults = [...problems, ...interfaces.problems];
  const plan = planPipeline(resolved.value, (stage) => interfaces.found.get(stage.module.path), faults);
  return plan.ok ? success({ plan: plan.value, codes }) : plan;
}

async function readCodes(
  resolved: ResolvedPipeline,
  known: StageCodes,
  signal: AbortSignal,
): Promise<{ codes: ReadonlyMap<string, StageCode>; problems: readonly Problem[] }> {
  const codes = new Map<string, StageCode>();
  const problems: Problem[] = [];
  const modules = resolved.stages.filter((stage) => stage.kind === 'module');
  const stages = new Map(modules.map((stage) => [stage.module.path, stage])).values();
  const stop = async () => (await import('../fingerprint/stop-bundling.ts')).stopBundling();
  signal.addEventListener('abort', stop);
  for (const { stage, code } of await Promise.all(
    [...stages].map(async (stage) => ({ stage, code: await known.of(stage.module.path) })),
  )) {
    if (code.ok) codes.set(stage.module.path, code.value);
    else problems.push(...code.failure.map((problem) => placed(problem, stage)));
  }
  signal.removeEventListener('abort', stop);
  return { codes, problems };
}

/** Reports a missing module at the line of the pipeline file that names it. */
function placed(problem: Problem, { module, places }: ResolvedModuleStage): Problem {
  if (existsSync(module.path)) return problem;
  return { ...problem, message: `module "${module.written}" does not exist`, at: places.module() };
}

async function readInterfaces(
  codes: ReadonlyMap<string, StageCode>,
  installation: Installation,
  signal: AbortSignal,
): Promise<{ found: ReadonlyMap<string, StageInterface>; problems: readonly Problem[] }> {
  const found = new Map<string, StageInterface>();
  const unknown = new Map<string, StageCode>();
  for (const [path, code] of codes) {
    if (code.interface === undefined) unknown.set(path, code);
    else found.set(path, code.interface);
  }
  const described = await describeStages(unknown, installation, signal);
  for (const [path, declared] of described.interfaces) {
    installation.codes.describe(path, declared);
    found.set(path, declared);
  }
  return { found, problems: described.problems };
}
