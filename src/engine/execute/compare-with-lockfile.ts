import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { findResult, lastResult } from '../cache/results.ts';
import { compareKeys, OTHER_SCHEME } from '../fingerprint/compare-keys.ts';
import { type Digest, sha256 } from '../fingerprint/digest.ts';
import type { Plan, PlannedStage } from '../plan/plan.ts';
import { sourcesOf } from '../plan/sources.ts';
import { type LockedParts, type LockedStage, type Lockfile, lockedParts } from './lockfile.ts';
import { nameOfProgram, type ReasonServices, reasonsToRun } from './reasons.ts';
import type { Services } from './services.ts';
import { keyOf, PathInputs, type StageKey } from './stage-key.ts';

/** A stage whose current key or outputs differ from the lockfile, with the reasons. */
export interface OutdatedStage {
  readonly stage: string;
  readonly reasons: readonly string[];
}

type OutdatedServices = ReasonServices & Pick<Services, 'environment' | 'stores' | 'runtime' | 'versions' | 'emit'>;

/** A placeholder for the digest of unknown content. */
const UNKNOWN = sha256('unknown');

/**
 * Returns the stages of `names` that differ from the lockfile. The outputs of upstream stages are taken from the
 * lockfile, so that nothing has to run and each stage is compared on its own. Fails if an input cannot be read.
 */
export async function findOutdated(
  lockfile: Lockfile,
  names: ReadonlySet<string>,
  services: OutdatedServices,
): Promise<Result<readonly OutdatedStage[]>> {
  const paths = new PathInputs(services, services.emit);
  const problems: Problem[] = [];
  const outdated: OutdatedStage[] = [];
  for (const stage of services.plan.stages) {
    if (!names.has(stage.name)) continue;
    const locked = lockfile.get(stage.name);
    const key = await keyOf(stage, services, paths, (before) => ({ outputs: outputsBefore(stage, before, lockfile) }));
    if (!key.ok) problems.push(...key.failure);
    else if (locked === undefined) outdated.push({ stage: stage.name, reasons: ['it is not in pipeline.lock'] });
    else if (locked.key !== key.value.key)
      outdated.push({ stage: stage.name, reasons: await reasonsSince(locked, stage, key.value, services) });
    else outdated.push(...compareOutputs(locked, stage));
  }
  return problems.length > 0 ? failure(problems) : success(outdated);
}

/** Returns the stages that are in the lockfile, but no longer in the pipeline. */
export function removedStages(lockfile: Lockfile, plan: Plan): OutdatedStage[] {
  const names = new Set(plan.stages.map(({ name }) => name));
  return [...lockfile.keys()]
    .filter((name) => !names.has(name))
    .map((stage) => ({ stage, reasons: ['it is in pipeline.lock, but not in the pipeline'] }));
}

/** Returns the locked outputs of `before` that `stage` reads; if absent, the inputs that `stage` had when locked. */
function outputsBefore(stage: PlannedStage, before: string, lockfile: Lockfile): Record<string, Digest> {
  const outputs = lockfile.get(before)?.outputs;
  const readThen = lockfile.get(stage.name)?.parts?.inputs;
  return Object.fromEntries(
    sourcesOf(stage).flatMap(({ name, from }): [string, Digest][] =>
      from.kind === 'artifact' && from.stage === before
        ? [[from.output, outputs?.[from.output] ?? readThen?.[name] ?? UNKNOWN]]
        : [],
    ),
  );
}

function compareOutputs(locked: LockedStage, stage: PlannedStage): OutdatedStage[] {
  const declared = stage.outputs.map(({ name }) => name);
  const reasons = [
    ...declared
      .filter((name) => !(name in locked.outputs))
      .map((name) => `its output "${name}" is not in pipeline.lock`),
    ...Object.keys(locked.outputs)
      .filter((name) => !declared.includes(name))
      .map((name) => `its output "${name}" is in pipeline.lock, but no longer declared`),
  ];
  return reasons.length === 0 ? [] : [{ stage: stage.name, reasons }];
}

/** Returns the differences from the record in the cache, or with fewer details from the lockfile. */
async function reasonsSince(
  locked: LockedStage,
  stage: PlannedStage,
  now: StageKey,
  services: OutdatedServices,
): Promise<string[]> {
  const last = await lastResult(services.stores, stage.name);
  const record = last?.key === locked.key ? last : await findResult(services.stores, locked.key);
  const reasons =
    record === undefined ? reasonsFromLock(locked, stage, now, services) : reasonsToRun(stage, now, record, services);
  return reasons.length > 0 ? reasons : ['its action key differs from the one in pipeline.lock'];
}

function reasonsFromLock(
  { parts }: LockedStage,
  stage: PlannedStage,
  { document }: StageKey,
  services: Pick<Services, 'plan' | 'runtime'>,
): string[] {
  if (parts === undefined) return [];
  const { code, params, inputs, runtime } = parts;
  const before = { ...document, code, params, inputs, runtime };
  const module = nameOfProgram(stage, services.plan.root);
  const now = lockedParts(document);
  const reasons = [
    // The lockfile has only digests of packages and variables.
    ...compareKeys({ document: before, modules: {} }, { document, modules: {} }, module, {
      labelOf: (name) => services.runtime.labelOf(name),
    }),
    ...(parts.packages === now.packages ? [] : [`packages of ${module} changed`]),
    ...changed(parts.env, now.env).map((name) => `env ${name} changed`),
  ];
  // The lockfile has every part of a key except the scheme.
  return reasons.length > 0 ? reasons : [OTHER_SCHEME];
}

function changed(a: LockedParts['env'], b: LockedParts['env']): string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return names.filter((name) => a[name] !== b[name]);
}
