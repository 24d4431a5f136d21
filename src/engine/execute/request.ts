import { type Result, success } from '../../shared/problem.ts';
import type { Claim } from '../cache/stores.ts';
import { type Plan, type PlannedModule, type PlannedStage, writtenIn } from '../plan/plan.ts';
import type { ArtifactInput } from '../plan/plan-inputs.ts';
import type { PathInput } from '../plan/resolve-input.ts';
import { collectedName } from '../plan/sources.ts';
import type { RequestedCode, RequestedInput, RequestedPrevious, RequestedProgram, StageRequest } from './executor.ts';
import { toRooted } from './roots.ts';
import type { Services } from './services.ts';
import { codeOf, machineVariablesOf, type StageKey, variablesOf } from './stage-key.ts';

/** The parts of a request other than the stage and its key. */
export interface RequestParts {
  readonly run: string;
  readonly directories: Pick<Claim, 'work' | 'scratch'>;
  readonly previous: RequestedPrevious | undefined;
}

type RequestServices = Pick<Services, 'plan' | 'roots' | 'codes' | 'texts' | 'runtime' | 'downloads' | 'environment'>;

/** Creates the request for an executor. Fails if the code of the stage cannot be read. */
export async function toRequest(
  stage: PlannedStage,
  { key, document }: StageKey,
  { run, directories, previous }: RequestParts,
  services: RequestServices,
): Promise<Result<StageRequest>> {
  const program = await requestedProgram(stage, services);
  if (!program.ok) return program;
  const rooted = (path: string) => toRooted(path, services.roots);
  const set = [...variablesOf(stage, services), ...machineVariablesOf(stage, services)].flatMap((name) => {
    const value = services.environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return success({
    stage: stage.name,
    module: writtenIn(stage),
    run,
    key,
    document,
    program: program.value,
    inputs: requestedInputs(stage, { key, document }, services),
    outputs: stage.outputs,
    work: rooted(directories.work),
    scratch: rooted(directories.scratch),
    downloads: rooted(services.downloads),
    ...(previous && { previous }),
    environment: Object.fromEntries(set),
    secrets: stage.secrets,
    grace: stage.grace,
    ...(stage.timeout !== undefined && { timeout: stage.timeout }),
    ...(stage.resources.memory !== undefined && { memory: stage.resources.memory }),
  });
}

async function requestedProgram(stage: PlannedStage, services: RequestServices): Promise<Result<RequestedProgram>> {
  if (stage.kind === 'command') return success({ kind: 'command', at: stage.command.at });
  const code = await requestedCode(stage, services);
  return code.ok ? success({ kind: 'module', code: code.value }) : code;
}

async function requestedCode(stage: PlannedModule, services: RequestServices): Promise<Result<RequestedCode>> {
  const { digest, externals, modules } = codeOf(stage, services);
  const text = await services.texts.textOf(stage.module.path, digest);
  if (!text.ok) return text;
  const files = Object.entries(externals).map(([specifier, file]) => [specifier, toRooted(file, services.roots)]);
  return success({ ...text.value, externals: Object.fromEntries(files) as RequestedCode['externals'], modules });
}

/** The outputs of each stage of a plan, by its name. Kept, since thousands of stages ask for them. */
const known = new WeakMap<Plan, ReadonlyMap<string, PlannedStage['outputs']>>();

function outputsIn(plan: Plan): ReadonlyMap<string, PlannedStage['outputs']> {
  const outputs = known.get(plan) ?? new Map(plan.stages.map((stage) => [stage.name, stage.outputs]));
  known.set(plan, outputs);
  return outputs;
}

function requestedInputs(
  stage: PlannedStage,
  { document }: StageKey,
  { plan, roots }: RequestServices,
): StageRequest['inputs'] {
  const outputs = outputsIn(plan);
  const requested = (name: string, from: ArtifactInput | PathInput): RequestedInput => {
    const digest = document.inputs[name];
    if (digest === undefined) throw new Error(`the key of ${stage.name} lacks the input ${name}`);
    if (from.kind === 'artifact') {
      const file = outputs.get(from.stage)?.find((output) => output.name === from.output)?.file ?? from.output;
      return { kind: 'artifact', digest, producer: `${from.stage}.${from.output}`, file };
    }
    const { path, include, exclude } = from;
    return { kind: 'path', at: toRooted(path, roots), digest, filter: { include, exclude } };
  };
  return Object.fromEntries(
    [...stage.inputs].map(([name, input]) => [
      name,
      input.kind === 'collection'
        ? input.items.map(({ matrix, source }) => ({ matrix, from: requested(collectedName(name, matrix), source) }))
        : requested(name, input),
    ]),
  );
}
