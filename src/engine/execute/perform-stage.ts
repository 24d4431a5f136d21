import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { now, secondsSince } from '../../shared/clock.ts';
import { readNumbers } from '../../shared/non-finite.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { cacheProblem } from '../cache/local/cache-problem.ts';
import { quietly } from '../cache/local/quietly.ts';
import type { MachineClass } from '../cache/records.ts';
import { keepResult } from '../cache/results.ts';
import type { Stores } from '../cache/stores.ts';
import type { KeyDocument } from '../fingerprint/action-key.ts';
import type { LinkedFiles } from '../fingerprint/linked-files.ts';
import type { Trees } from '../fingerprint/trees.ts';
import type { Watch } from '../fingerprint/work.ts';
import { stageEnvironment } from './environment.ts';
import type { StageEnd, StageMessage, StageRequest } from './executor.ts';
import type { FailureReason } from './failure.ts';
import { fullDisk } from './full-disk.ts';
import { InputNames } from './input-names.ts';
import { InputViews } from './input-views.ts';
import { type Linkage, writeLinkedBundle } from './linked-bundle.ts';
import { finishOutputs } from './outputs.ts';
import type { HostTask, PreviousPaths } from './protocol.ts';
import { type FoundInput, inputPaths, locateInputs } from './request-inputs.ts';
import { fromRooted, type Roots } from './roots.ts';
import { runInProcess, toResult } from './stage-process.ts';
import { toRecord } from './stage-record.ts';
import { inTemporaryFolder } from './temporary-folder.ts';
import { unchangedInputs } from './unchanged-inputs.ts';
import { type Watcher, watcher } from './watch.ts';

/** What the machine that executes a request provides. */
export interface MachineServices {
  readonly roots: Roots;
  readonly stores: Pick<Stores, 'actions' | 'contents'>;
  /** Computes the digests of input paths. */
  readonly paths: Trees;
  /** Keeps the digests of contents (absolute paths) valid while they are hard-linked, if the store supports that. */
  readonly linkable?: (contents: readonly string[]) => Promise<LinkedFiles>;
  /** Returns the class of this machine for results with such a key. */
  readonly machineClass?: (document: KeyDocument) => MachineClass | undefined;
  /** The main module of a stage's process, and the target of `import … from 'pipeline'` in it. Absolute. */
  readonly host: string;
  readonly stageApi: string;
  /** A stage gets only the variables of it that any process needs, and those that it declares. */
  readonly environment: NodeJS.ProcessEnv;
}

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

interface Performance {
  readonly gpus: readonly string[];
  readonly services: MachineServices;
  readonly onMessage: (message: StageMessage) => void;
  readonly signal: AbortSignal;
  readonly watch: Watcher;
  readonly inputs: readonly FoundInput[];
  readonly names: InputNames;
  /** The directory to which outputs are written. Absolute. */
  readonly made: string;
  readonly reused: PreviousPaths | undefined;
  readonly links: LinkedFiles | undefined;
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
  const outputs = await finishOutputs(request, made, (path, name) =>
    contents.digest(path, { originals, watch: watch('output')(name) }),
  );
  if (!outputs.ok) return failed({ kind: 'bad-output', problems: outputs.failure });
  const record = toRecord(request, outputs.value, ran.value, {
    seconds: secondsSince(started),
    machine: services.machineClass?.(request.document),
  });
  const kept = await keepResult(services.stores, record, outputs.value, watch('output'));
  return kept.ok ? { type: 'succeeded', record } : failed({ kind: 'cache', problems: kept.failure });
}

function failed(reason: FailureReason): StageEnd {
  return { type: 'failed', failure: reason };
}

type Metrics = Readonly<Record<string, number>>;

async function runProcess(
  request: StageRequest,
  performance: Performance,
): Promise<Result<Metrics, FailureReason> | 'cancelled'> {
  const ran = await inTemporaryFolder('stage', (folder) => runFrom(folder, request, performance));
  return ran.ok ? ran.value : failure({ kind: 'cache', problems: ran.failure });
}

/** Runs the stage's process with its code and its request in `folder`. */
async function runFrom(
  folder: string,
  request: StageRequest,
  { gpus, services, onMessage, signal, inputs, made, reused }: Performance,
): Promise<Result<Metrics, FailureReason> | 'cancelled'> {
  const { roots } = services;
  const metrics: Record<string, number> = {};
  const task: HostTask = {
    type: 'run',
    bundle: writeLinkedBundle(request.code, linkageOf(request, services), folder, 'stage'),
    params: request.document.params,
    inputs: inputPaths(request.inputs, inputs),
    outputs: Object.fromEntries(request.outputs.map(({ name, file }) => [name, join(made, file)])),
    work: fromRooted(request.work, roots),
    downloads: fromRooted(request.downloads, roots),
    ...(reused && { previous: reused }),
  };
  const environment = { ...services.environment, ...request.environment };
  const end = await runInProcess(task, join(folder, 'request.json'), {
    host: services.host,
    root: roots.project,
    environment: stageEnvironment(environment, [...Object.keys(request.environment), ...request.secrets], gpus),
    stop: {
      ...(request.timeout !== undefined && { timeout: request.timeout }),
      grace: request.grace,
      signal,
      onSaving: (seconds) => onMessage({ type: 'saving', seconds }),
    },
    onLeftBehind: (processes) => onMessage({ type: 'warning', problem: leftBehindProblem(request.stage, processes) }),
    onMessage: (message) => {
      if (message.type === 'metrics') Object.assign(metrics, readNumbers(message.values));
      else if (message.type === 'log' || message.type === 'progress') onMessage(message);
    },
  });
  if (end.type === 'cancelled') return 'cancelled';
  if (end.type === 'failed') return failure(end.failure);
  const result = toResult(end.message, roots.project);
  return result.ok ? success(metrics) : result;
}

function leftBehindProblem(stage: string, processes: readonly string[]): Problem {
  return {
    message: `stage "${stage}" left processes behind, which were ended: ${processes.join(', ')}`,
    advice: 'End what the stage starts before `run` returns.',
  };
}

function linkageOf({ code }: StageRequest, { roots, stageApi }: MachineServices): Linkage {
  const files = Object.entries(code.externals).map(([specifier, file]) => [specifier, fromRooted(file, roots)]);
  return { root: roots.project, stageApi, externals: Object.fromEntries(files) as Linkage['externals'] };
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
