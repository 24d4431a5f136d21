import { existsSync } from 'node:fs';
import { type Problem, type Result, success } from '../../shared/problem.ts';
import { describeStages } from '../execute/describe.ts';
import type { Installation } from '../execute/services.ts';
import type { StageCode, StageCodes } from '../fingerprint/stage-code.ts';
import { declarePipeline } from '../plan/declaration.ts';
import type { Overlays } from '../plan/overlay.ts';
import { type Plan, planPipeline } from '../plan/plan.ts';
import { type ResolvedPipeline, type ResolvedStage, resolvePipeline } from '../plan/resolve.ts';
import type { StageInterface } from '../plan/stage-interface.ts';
import type { Project } from './project.ts';

export interface Planned {
  readonly plan: Plan;
  /** By the absolute path of the module. */
  readonly codes: ReadonlyMap<string, StageCode>;
}

/**
 * Makes the plan of a pipeline file from its text. Nothing is run but the stage modules' own declarations.
 * `registered`: the names of the runtime facts that are built in.
 */
export async function planAnew(
  { root, shown }: Project,
  text: string,
  overlays: Overlays,
  registered: readonly string[],
  installation: Installation,
  signal: AbortSignal,
): Promise<Result<Planned>> {
  const declared = declarePipeline(shown, text);
  if (!declared.ok) return declared;
  const resolved = resolvePipeline(declared.value, root, overlays, registered);
  if (!resolved.ok) return resolved;
  const { codes, problems } = await readCodes(resolved.value, installation.codes);
  const interfaces = await readInterfaces(codes, installation, signal);
  const faults = [...problems, ...interfaces.problems];
  const plan = planPipeline(resolved.value, (stage) => interfaces.found.get(stage.module.path), faults);
  return plan.ok ? success({ plan: plan.value, codes }) : plan;
}

async function readCodes(
  resolved: ResolvedPipeline,
  known: StageCodes,
): Promise<{ codes: ReadonlyMap<string, StageCode>; problems: readonly Problem[] }> {
  const codes = new Map<string, StageCode>();
  const problems: Problem[] = [];
  const stages = new Map(resolved.stages.map((stage) => [stage.module.path, stage])).values();
  for (const { stage, code } of await Promise.all(
    [...stages].map(async (stage) => ({ stage, code: await known.of(stage.module.path) })),
  )) {
    if (code.ok) codes.set(stage.module.path, code.value);
    else problems.push(...code.failure.map((problem) => placed(problem, stage)));
  }
  return { codes, problems };
}

/** A module that isn't there is a fault of the line that names it. */
function placed(problem: Problem, { module, places }: ResolvedStage): Problem {
  if (existsSync(module.path)) return problem;
  return { ...problem, message: `there is no module ${module.written}`, at: places.module() };
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
