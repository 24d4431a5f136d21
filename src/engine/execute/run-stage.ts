import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNumbers } from '../../shared/non-finite.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import type { Usage } from '../cache/records.ts';
import type { LinkedFiles } from '../fingerprint/linked-files.ts';
import { commandEnvironment, wordsOf } from './command-values.ts';
import { stageEnvironment } from './environment.ts';
import type { RequestedCode, StageMessage, StageRequest } from './executor.ts';
import type { FailureReason } from './failure.ts';
import { findProgram, programProblem } from './find-program.ts';
import type { InputNames } from './input-names.ts';
import { withMark } from './left-behind.ts';
import { type Linkage, writeLinkedBundle } from './linked-bundle.ts';
import type { MachineServices } from './machine-services.ts';
import { metricsFile } from './metrics-file.ts';
import type { HostMessage, HostTask, PreviousPaths, StagePaths } from './protocol.ts';
import { readCommandMessage } from './read-command-message.ts';
import { type FoundInput, inputPaths } from './request-inputs.ts';
import { fromRooted } from './roots.ts';
import { type ProcessOptions, runInProcess, runProgram, toResult } from './stage-process.ts';
import type { Watcher } from './watch.ts';

/** What is needed to run the process of a stage, once its inputs are there. */
export interface Performance {
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

/** What a stage that succeeded leaves besides its outputs. */
export interface Performed {
  readonly metrics: Readonly<Record<string, number>>;
  readonly usage: Usage | undefined;
  /** Names an undeclared input or output that the stage has looked for. */
  readonly mistake?: string | undefined;
}

type Ended = Result<Performed, FailureReason> | 'cancelled';

/** Runs the process of a stage, with what it reads besides its inputs in `folder`. */
export async function runStage(folder: string, request: StageRequest, performance: Performance): Promise<Ended> {
  const metrics: Record<string, number> = {};
  const options = processOptions(folder, request, performance, metrics);
  const { program } = request;
  const ran =
    program.kind === 'module'
      ? await runModule(folder, request, program.code, performance, options)
      : await runCommand(folder, request, program, performance, options);
  if (ran === 'cancelled' || !ran.ok) return ran;
  return success({ ...ran.value, metrics: { ...metrics, ...ran.value.metrics } });
}

async function runModule(
  folder: string,
  request: StageRequest,
  code: RequestedCode,
  performance: Performance,
  options: ProcessOptions,
): Promise<Ended> {
  const { services, reused } = performance;
  const task: HostTask = {
    type: 'run',
    bundle: writeLinkedBundle(code, linkageOf(code, services), folder, 'stage'),
    params: request.document.params,
    ...pathsFor(request, performance),
    ...(reused && { previous: reused }),
  };
  const end = await runInProcess(task, join(folder, 'request.json'), { ...options, host: services.host });
  if (end.type === 'cancelled') return 'cancelled';
  if (end.type === 'failed') return failure(end.failure);
  const result = toResult(end.message, services.roots.project);
  return result.ok ? success({ metrics: {}, usage: end.usage, mistake: result.value }) : result;
}

async function runCommand(
  folder: string,
  { document: { params, command }, ...request }: StageRequest,
  { at }: StageRequest['program'] & { readonly kind: 'command' },
  performance: Performance,
  options: ProcessOptions,
): Promise<Ended> {
  if (command === undefined) throw new Error(`the key of ${request.stage} lacks its command`);
  const paths = pathsFor(request, performance);
  const environment = withMark({ ...options.environment, ...commandEnvironment(folder, paths) });
  for (const [name, value] of Object.entries({ params, inputs: paths.inputs, outputs: paths.outputs }))
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(value));
  const words = wordsOf(command.run, params, paths, folder);
  if (findProgram(words[0], options.root, environment) === undefined)
    return failure({ kind: 'bad-input', problems: [programProblem(words[0], at)] });
  const end = await runProgram(words, readCommandMessage, { ...options, environment });
  if (end.type === 'cancelled') return 'cancelled';
  if (end.type === 'failed') return failure(end.failure);
  if (end.code !== 0) return failure(end.reason);
  const metrics = metricsFile(request, performance.made, at);
  return metrics.ok ? success({ metrics: metrics.value, usage: end.usage }) : metrics;
}

/** Returns how to run the process of a stage. Adds the metrics that it sends to `metrics`. */
function processOptions(
  folder: string,
  request: StageRequest,
  { gpus, services, onMessage, signal, inputs, made }: Performance,
  metrics: Record<string, number>,
): ProcessOptions {
  const environment = { ...services.environment, ...request.environment };
  const { launcher, roots, host, stageApi } = services;
  return {
    root: roots.project,
    environment: stageEnvironment(environment, [...Object.keys(request.environment), ...request.secrets], gpus),
    stop: {
      ...(request.timeout !== undefined && { timeout: request.timeout }),
      grace: request.grace,
      signal,
      onSaving: (seconds) => onMessage({ type: 'saving', seconds }),
    },
    ...(request.memory !== undefined && { memory: request.memory }),
    ...(launcher && { launch: (launch) => launcher(launch, { request, folder, inputs, made, roots, host, stageApi }) }),
    onLeftBehind: (processes) => onMessage({ type: 'warning', problem: leftBehindProblem(request.stage, processes) }),
    onMessage: (message: HostMessage) => {
      if (message.type === 'metrics') Object.assign(metrics, readNumbers(message.values));
      else if (message.type === 'log' || message.type === 'progress') onMessage(message);
    },
  };
}

function pathsFor(
  { inputs, outputs, work, downloads }: Pick<StageRequest, 'inputs' | 'outputs' | 'work' | 'downloads'>,
  { services: { roots }, inputs: found, made }: Performance,
): StagePaths {
  return {
    inputs: inputPaths(inputs, found),
    outputs: Object.fromEntries(outputs.map(({ name, file }) => [name, join(made, file)])),
    work: fromRooted(work, roots),
    downloads: fromRooted(downloads, roots),
  };
}

function leftBehindProblem(stage: string, processes: readonly string[]): Problem {
  return {
    message: `stage "${stage}" left processes behind, which were ended: ${processes.join(', ')}`,
    advice: 'End what the stage starts before `run` returns.',
  };
}

function linkageOf({ externals }: RequestedCode, { roots, stageApi }: MachineServices): Linkage {
  const files = Object.entries(externals).map(([specifier, file]) => [specifier, fromRooted(file, roots)]);
  return { root: roots.project, stageApi, externals: Object.fromEntries(files) as Linkage['externals'] };
}
