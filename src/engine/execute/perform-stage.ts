import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { now, secondsSince } from '../../shared/clock.ts';
import { failure, type Result } from '../../shared/problem.ts';
import { cacheProblem } from '../cache/local/cache-problem.ts';
import { quietly } from '../cache/local/quietly.ts';
import { keepResult } from '../cache/results.ts';
import type { Watch } from '../fingerprint/work.ts';
import type { StageEnd, StageMessage, StageRequest } from './executor.ts';
import type { FailureReason } from './failure.ts';
import { fullDisk } from './full-disk.ts';
import { InputNames } from './input-names.ts';
import { InputViews } from './input-views.ts';
import type { MachineServices } from './machine-services.ts';
import { finishOutputs } from './outputs.ts';
import type { PreviousPaths } from './protocol.ts';
import { type FoundInput, locateInputs } from './request-inputs.ts';
import { fromRooted } from './roots.ts';
import { type Performance, type Performed, runStage } from './run-stage.ts';
import { inTemporaryFolder } from './temporary-folder.ts';
import { toRecord } from './to-record.ts';
import { unchangedInputs } from './unchanged-inputs.ts';
import { watcher } from './watch.ts';

/** Runs a stage on this machine and adds its result to the stores. `gpus`: the GPUs allocated to it. */
export async function performStage(
  request: StageRequest,
  gpus: readonly string[],
  services: MachineServices,
  onMessage: (message: StageMessage) => void,
  signal: AbortSignal,
): Promise<StageEnd> {
  const watch = watcher(onMessage);
  const found = await locateInputs(request.inputs, services, watch('input'));
  if (found === undefined) return { type: 'inputs-gone' };
  onMessage({ type: 'started' });
  const scratch = fromRooted(request.scratch, services.roots);
  const made = join(scratch, 'outputs');
  const reused = await reusedOf(request, services);
  const links = reused && (await services.linkable?.(Object.values(reused.outputs)));
  const directory = join(scratch, 'inputs');
  const views = new InputViews(directory, {
    paths: services.paths,
    contents: services.stores.contents,
    log: (message) => onMessage({ type: 'log', message }),
    signal,
    watch: watch('input'),
  });
  try {
    const inputs = await views.make(request.stage, found);
    if (!inputs.ok) return await withoutInputs(request, found, inputs.failure, services, watch('input'));
    const names = new InputNames(directory, inputs.value);
    return await perform(request, {
      ...{ gpus, services, signal, watch, inputs: inputs.value, names, made, reused, links },
      onMessage: (message) =>
        onMessage(message.type === 'log' ? { ...message, message: names.in(message.message) } : message),
    });
  } catch (error) {
    return failed({ kind: 'cache', problems: cacheProblem(error, made).failure });
  } finally {
    // Links are deleted here, where the digests of what they link to can be kept valid.
    quietly(() => rmSync(made, { recursive: true, force: true }));
    await views.remove();
    await links?.settle();
  }
}

/** Returns the end of a stage for which its inputs could not be presented. */
async function withoutInputs(
  { stage }: StageRequest,
  found: readonly FoundInput[],
  reason: FailureReason | 'cancelled',
  services: MachineServices,
  watch: (input: string) => Watch,
): Promise<StageEnd> {
  if (reason === 'cancelled') return { type: 'cancelled' };
  const unchanged = await unchangedInputs(stage, found, services, watch);
  return !unchanged.ok && unchanged.failure === 'inputs-gone' ? { type: 'inputs-gone' } : failed(reason);
}

async function perform(request: StageRequest, performance: Performance): Promise<StageEnd> {
  const { services, inputs, names, made, links, watch } = performance;
  const { contents } = services.stores;
  const scratch = fromRooted(request.scratch, services.roots);
  // The outputs of an earlier attempt are incomplete.
  rmSync(made, { recursive: true, force: true });
  for (const path of [made, fromRooted(request.work, services.roots)]) mkdirSync(path, { recursive: true });
  const started = now();
  const ran = await runProcess(request, performance);
  if (ran === 'cancelled') return { type: 'cancelled' };
  const unchanged = await unchangedInputs(request.stage, inputs, services, watch('input'));
  const changed = unchanged.ok ? undefined : unchanged.failure;
  if (changed === 'inputs-gone') return { type: 'inputs-gone' };
  if (!ran.ok) return failed(names.inFailure(fullDisk(ran.failure, scratch) ?? ran.failure));
  if (changed !== undefined) return failed(changed);
  const originals = links?.originals ?? [];
  const outputs = await finishOutputs(request, { directory: made, mistake: ran.value.mistake }, (path, name) =>
    contents.digest(path, { originals, watch: watch('output')(name) }),
  );
  if (!outputs.ok) return failed({ kind: 'bad-output', problems: outputs.failure });
  const record = toRecord(request, outputs.value, ran.value, {
    seconds: secondsSince(started),
    machine: services.machineClass?.(request.document, request.environment),
  });
  const kept = await keepResult(services.stores, record, outputs.value, watch('output'));
  return kept.ok ? { type: 'succeeded', record } : failed({ kind: 'cache', problems: kept.failure });
}

function failed(reason: FailureReason): StageEnd {
  return { type: 'failed', failure: reason };
}

async function runProcess(
  request: StageRequest,
  performance: Performance,
): Promise<Result<Performed, FailureReason> | 'cancelled'> {
  const ran = await inTemporaryFolder('stage', (folder) => runStage(folder, request, performance));
  return ran.ok ? ran.value : failure({ kind: 'cache', problems: ran.failure });
}

/** Locates an earlier result; returns nothing if an output of it is no longer available. */
async function reusedOf(
  { previous }: StageRequest,
  { stores, roots }: MachineServices,
): Promise<PreviousPaths | undefined> {
  if (previous === undefined) return undefined;
  const outputs: Record<string, string> = {};
  for (const [name, digest] of Object.entries(previous.outputs)) {
    const path = await stores.contents.materialize(digest);
    if (path === undefined) return undefined;
    outputs[name] = path;
  }
  const listings = Object.fromEntries(
    Object.entries(previous.listings).map(([name, path]) => [name, fromRooted(path, roots)]),
  );
  return { outputs, listings };
}
