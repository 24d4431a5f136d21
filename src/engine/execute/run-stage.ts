import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { failure, type Result, success } from '../../shared/problem.ts';
import type { ActionRecord, Claim } from '../cache/records.ts';
import { digestTree } from '../fingerprint/tree.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { sourcesOf } from '../plan/sources.ts';
import { now, secondsSince } from './completed.ts';
import { stageEnvironment } from './environment.ts';
import type { Emit, FailureReason } from './events.ts';
import { fullDisk } from './full-disk.ts';
import { writeLinkedBundle } from './linked-bundle.ts';
import { nameMakers } from './name-makers.ts';
import { finishOutputs } from './outputs.ts';
import { findPrevious, type Previous } from './previous.ts';
import type { StageInputs } from './protocol.ts';
import type { Services } from './services.ts';
import { codeOf, type StageKey, variablesOf } from './stage-key.ts';
import { runInProcess, toResult } from './stage-process.ts';
import { unchangedInputs } from './unchanged-inputs.ts';

export interface StageRun {
  readonly stage: PlannedStage;
  readonly key: StageKey;
  readonly run: string;
  readonly inputs: StageInputs;
  /** Whether it has to compute all anew, whatever an earlier result of it has. */
  readonly forced: boolean;
  /** Those that were handed out to it. */
  readonly gpus: readonly string[];
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** Why a stage has no result, or that there was nothing to be done about it here. */
export type NoResult = FailureReason | 'cancelled' | 'inputs-gone';

/**
 * Runs a stage under a claim and keeps what it made. `cancelled` if the run was interrupted; `inputs-gone` if what it
 * read went away from the cache meanwhile, however it ended.
 */
export async function runStage(
  stageRun: StageRun,
  claim: Claim,
  services: Services,
): Promise<Result<ActionRecord, NoResult>> {
  const { stage, key, forced } = stageRun;
  const made = join(claim.scratch, 'outputs');
  keepListings(stage, key, services);
  const previous = forced ? undefined : findPrevious(stage, key, services);
  try {
    return await runWith(stageRun, previous, made, claim, services);
  } finally {
    if (previous !== undefined) {
      rmSync(made, { recursive: true, force: true });
      previous.links.settle();
    }
  }
}

async function runWith(
  { stage, key, run, inputs, gpus, signal, emit }: StageRun,
  previous: Previous | undefined,
  made: string,
  claim: Claim,
  services: Services,
): Promise<Result<ActionRecord, NoResult>> {
  const code = codeOf(stage, services);
  // What an earlier try left is half-made.
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made);
  const metrics: Record<string, number> = {};
  const started = now();
  const bundle = await writeLinkedBundle(stage.module.path, code, services.installation, claim.scratch, 'stage');
  if (!bundle.ok) return failure({ kind: 'bad-input', problems: bundle.failure });
  const prepared = services.files.objects.prepare();
  const end = await runInProcess(
    {
      type: 'run',
      bundle: bundle.value,
      params: stage.params,
      inputs,
      outputs: Object.fromEntries(stage.outputs.map(({ name, file }) => [name, join(made, file)])),
      work: claim.work,
      downloads: services.downloads,
      ...(previous && { previous: previous.paths }),
    },
    {
      host: services.installation.host,
      root: services.plan.root,
      environment: stageEnvironment(services.environment, variablesOf(stage, services), gpus),
      ...(stage.timeout !== undefined && { timeout: stage.timeout }),
      signal,
      onStart: claim.worksBy,
      onMessage: (message) => {
        if (message.type === 'metrics') Object.assign(metrics, message.values);
        if (message.type === 'log') emit({ type: 'stage-log', stage: stage.name, message: message.message });
        if (message.type === 'progress')
          emit({ type: 'stage-progress', stage: stage.name, progress: message.progress });
      },
    },
  );
  if (end.type === 'cancelled') return failure('cancelled');
  const result = end.type === 'failed' ? end : toResult(end.message, services.plan.root);
  const unchanged = await unchangedInputs(stage, key, services);
  if (!unchanged.ok && (unchanged.failure === 'inputs-gone' || !('failure' in result))) return unchanged;
  if ('failure' in result) {
    const reason = fullDisk(result.failure, claim.scratch) ?? result.failure;
    if (!('problems' in reason)) return failure(reason);
    return failure({ ...reason, problems: nameMakers(reason.problems, stage, key, services.cache) });
  }
  await prepared;
  previous?.links.adopt(made);
  const outputs = finishOutputs(stage, made, services.files.objects);
  if (!outputs.ok) return failure({ kind: 'bad-output', problems: outputs.failure });
  const record: ActionRecord = {
    key: key.key,
    document: key.document,
    outputs: Object.fromEntries(Object.entries(outputs.value).map(([name, { path: _, ...stored }]) => [name, stored])),
    metrics,
    provenance: {
      stage: stage.name,
      module: stage.module.written,
      run,
      finished: new Date().toISOString(),
      seconds: secondsSince(started),
      modules: code.modules,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
    },
  };
  const kept = services.cache.keep(record, Object.values(outputs.value));
  return kept.ok ? success(record) : failure({ kind: 'cache', problems: kept.failure });
}

/** Keeps what is in the directories that were read from outside, to say later what changed in them. */
function keepListings(stage: PlannedStage, { document }: StageKey, { listings, files }: Services): void {
  for (const { name, from } of sourcesOf(stage)) {
    const digest = document.inputs[name];
    // Mostly it was kept by whoever digested the tree.
    if (from.kind !== 'path' || digest === undefined || listings.has(digest)) continue;
    const tree = digestTree(from.path, files.inputs, from);
    if (tree.ok && tree.value.digest === digest) listings.keep(tree.value);
  }
}
