import { relative } from 'node:path';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { findResult, lastResult } from '../cache/results.ts';
import { compareKeys, OTHER_SCHEME } from '../fingerprint/compare-keys.ts';
import { type Digest, sha256 } from '../fingerprint/digest.ts';
import type { Plan, PlannedStage } from '../plan/plan.ts';
import { sourcesOf } from '../plan/sources.ts';
import { type LockedParts, type LockedStage, type Lockfile, lockedParts } from './lockfile.ts';
import { type ReasonServices, reasonsToRun } from './reasons.ts';
import type { Services } from './services.ts';
import { keyOf, PathInputs, type StageKey } from './stage-key.ts';

/** A stage that the lockfile does not describe as it stands, and why. */
export interface OutdatedStage {
  readonly stage: string;
  readonly reasons: readonly string[];
}

type OutdatedServices = ReasonServices & Pick<Services, 'environment' | 'stores' | 'runtime'>;

/** Stands for content of which nothing is known. */
const UNKNOWN = sha256('unknown');

/**
 * The stages of `names` that the lockfile does not describe. What a stage before would put out is taken from the
 * lockfile, so that nothing has to run for it, and each stage is told only what it moved itself.
 */
export async function findOutdated(
  lockfile: Lockfile,
  names: ReadonlySet<string>,
  services: OutdatedServices,
): Promise<Result<readonly OutdatedStage[]>> {
  const paths = new PathInputs(services);
  const problems: Problem[] = [];
  const moved: OutdatedStage[] = [];
  for (const stage of services.plan.stages) {
    if (!names.has(stage.name)) continue;
    const locked = lockfile.get(stage.name);
    const key = await keyOf(stage, services, paths, (before) => ({ outputs: outputsBefore(stage, before, lockfile) }));
    if (!key.ok) problems.push(...key.failure);
    else if (locked === undefined) moved.push({ stage: stage.name, reasons: ['it is not in pipeline.lock'] });
    else if (locked.key !== key.value.key)
      moved.push({ stage: stage.name, reasons: await reasonsSince(locked, stage, key.value, services) });
    else moved.push(...compareOutputs(locked, stage));
  }
  return problems.length > 0 ? failure(problems) : success(moved);
}

/** The stages that only the lockfile has. */
export function removedStages(lockfile: Lockfile, plan: Plan): OutdatedStage[] {
  const names = new Set(plan.stages.map(({ name }) => name));
  return [...lockfile.keys()]
    .filter((name) => !names.has(name))
    .map((stage) => ({ stage, reasons: ['it is in pipeline.lock, but not in the pipeline'] }));
}

/** What `stage` would read of the stage `before`, or else what it read of it when the lockfile was written. */
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
    ...declared.filter((name) => !(name in locked.outputs)).map((name) => `its output ${name} is not in pipeline.lock`),
    ...Object.keys(locked.outputs)
      .filter((name) => !declared.includes(name))
      .map((name) => `it has no output ${name}, which is in pipeline.lock`),
  ];
  return reasons.length === 0 ? [] : [{ stage: stage.name, reasons }];
}

/** In the detail that the cache still has, or else as far as the lockfile tells. */
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
  return reasons.length > 0 ? reasons : ['its key is another than the one in pipeline.lock'];
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
  const module = relative(services.plan.root, stage.module.path);
  const now = lockedParts(document);
  const reasons = [
    // Of packages and variables the lockfile has only digests.
    ...compareKeys({ document: before, modules: {} }, { document, modules: {} }, module, {
      labelOf: (name) => services.runtime.labelOf(name),
    }),
    ...(parts.packages === now.packages ? [] : [`packages of ${module} changed`]),
    ...changed(parts.env, now.env).map((name) => `env ${name} changed`),
  ];
  // The lockfile has every part of a key but its scheme.
  return reasons.length > 0 ? reasons : [OTHER_SCHEME];
}

function changed(a: LockedParts['env'], b: LockedParts['env']): string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return names.filter((name) => a[name] !== b[name]);
}
