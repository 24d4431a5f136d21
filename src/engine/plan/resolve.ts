import { resolve as resolvePath } from 'node:path';
import type { Json, JsonObject } from '../../shared/json.ts';
import { distinct, failure, type Place, type Problem, type Result, success } from '../../shared/problem.ts';
import type { DeclaredPipeline, StageDeclaration } from './declaration.ts';
import { type ExecutionSettings, executionSettingsOf } from './execution-settings.ts';
import { type Executors, executorFor, executorProblem, executorsOf } from './executor-settings.ts';
import type { Family, Instance } from './family.ts';
import { interpolate } from './interpolate.ts';
import type { Lists } from './lists.ts';
import type { MatrixValues } from './matrix.ts';
import { namesFor, unknownParams } from './names-in-command.ts';
import { type Overlaid, type Overlays, overlay } from './overlay.ts';
import { Overrides } from './overrides.ts';
import { type RemoteSettings, remoteSettings } from './remote-settings.ts';
import { type Command, type CommandPlaces, resolveCommand } from './resolve-command.ts';
import { type ResolvedInput, resolveInput } from './resolve-input.ts';
import { familiesOf } from './resolve-matrix.ts';
import { resolveVariables } from './resolve-variables.ts';
import { type DeclaredFacts, declaredFacts } from './runtime-facts.ts';

interface ResolvedParts extends Instance, ExecutionSettings {
  readonly inputs: ReadonlyMap<string, ResolvedInput>;
  readonly params: JsonObject;
  readonly env: readonly string[];
  readonly secrets: readonly string[];
  /** The name of its executor. */
  readonly executor: string;
  readonly places: StagePlaces;
}

export interface ResolvedModuleStage extends ResolvedParts {
  readonly kind: 'module';
  /** The absolute path of the module, and the path as written in the pipeline file. */
  readonly module: { readonly path: string; readonly written: string };
}

export interface ResolvedCommandStage extends ResolvedParts {
  readonly kind: 'command';
  readonly command: Command;
  /** The names of the files that it creates. */
  readonly outputs: readonly string[];
}

export type ResolvedStage = ResolvedModuleStage | ResolvedCommandStage;

/** Returns the places of the parts of a stage. */
export interface StagePlaces {
  stage(): Place;
  module(): Place;
  matrix(dimension: string): Place;
  input(name: string, part: 'key' | 'value'): Place;
  output(index: number): Place;
  variable(index: number): Place;
  executor(): Place;
  param(path: readonly (string | number)[], part: 'key' | 'value'): Place;
}

declare const resolved: unique symbol;

/** A pipeline with every matrix, `${name}`, profile and `--set` resolved, not yet checked against its stage modules. */
export interface ResolvedPipeline {
  readonly [resolved]: true;
  readonly name: string;
  /** The absolute path of the folder of the pipeline file, to which paths are relative. */
  readonly root: string;
  readonly stages: readonly ResolvedStage[];
  readonly runtimeFacts: readonly DeclaredFacts[];
  readonly remote: RemoteSettings;
  readonly executors: Executors;
}

/** The maximum number of results of a matrix that all stages together may read. */
const MAX_READ = 1_000_000;

/**
 * Resolves the overlays, matrices and shared params of all stages.
 *
 * @param registered the names of the built-in runtime facts.
 * @param lists what is known of the outputs that have the values of a matrix.
 */
export function resolvePipeline(
  declared: DeclaredPipeline,
  root: string,
  overlays: Overlays,
  registered: readonly string[] = [],
  lists: Lists = new Map(),
): Result<ResolvedPipeline> {
  const { overlaid, problems } = overlay(declared, overlays);
  const runtime = declaredFacts(declared, registered);
  problems.push(...runtime.problems);
  const { executors, problems: unusable } = executorsOf(declared);
  problems.push(...unusable);
  const before = problems.length;
  const families = familiesOf({ declared, overlaid, lists, problems });
  // References to an invalid matrix would be reported as errors too.
  if (problems.length > before) return failure(distinct(problems));
  const names = [...families.keys()];
  const scope: Scope = { declared, root, overlaid, families, names, executors, problems, read: 0 };
  const stages = [...families.values()].flatMap((family) => resolveFamily(scope, family));
  if (problems.length > 0) return failure(distinct(problems));
  const name = declared.pipeline.name ?? 'pipeline';
  const remote = remoteSettings(declared.pipeline.remote);
  return success({
    ...{ name, root, stages, remote, executors },
    runtimeFacts: runtime.facts,
  } as unknown as ResolvedPipeline);
}

interface Scope {
  readonly declared: DeclaredPipeline;
  readonly root: string;
  readonly overlaid: Overlaid;
  readonly families: ReadonlyMap<string, Family>;
  readonly names: readonly string[];
  readonly executors: Executors;
  readonly problems: Problem[];
  /** The number of results of other stages that are read so far. */
  read: number;
}

function resolveFamily(scope: Scope, family: Family): ResolvedStage[] {
  const stage = scope.declared.pipeline.stages[family.name];
  if (stage === undefined) throw new Error(`there is no stage ${family.name}`);
  const places = placesOf(scope, family.name);
  const used = new Set<string>();
  const before = scope.problems.length;
  const settings = executionSettingsOf(stage);
  const executor = executorFor(stage.executor, settings, scope.executors);
  scope.problems.push(...executorProblem(executor, scope.executors, places.executor()));
  const variables = resolveVariables(stage, (index) => places.variable(index), scope.problems);
  const stages = family.instances.map((instance): ResolvedStage => {
    const inputs = resolveInputs(scope, stage, instance, places, used);
    const params = resolveParams(scope, instance, places, used);
    const parts = { ...instance, ...settings, executor, inputs, params, ...variables, places };
    if ('module' in stage) {
      const module = { path: resolvePath(scope.root, stage.module), written: stage.module };
      return { ...parts, kind: 'module', module };
    }
    const command = resolveCommand(
      stage,
      namesFor(stage, inputs, params),
      commandPlacesOf(scope, family.name),
      scope.problems,
    );
    return { ...parts, kind: 'command', command, outputs: stage.outputs };
  });
  if ('command' in stage) scope.problems.push(...unknownParams(scope.overlaid, family.name, stage, places));
  if (scope.problems.length === before) {
    for (const dimension of family.dimensions) {
      if (used.has(dimension)) continue;
      scope.problems.push({
        message: `"matrix.${dimension}" of stage "${family.name}" is not used: all instances would be the same`,
        at: places.matrix(dimension),
        advice: `Use it in the params or inputs of the stage as \${matrix.${dimension}}, or remove it.`,
      });
    }
  }
  return stages;
}

function commandPlacesOf({ declared: { source } }: Scope, name: string): CommandPlaces {
  return {
    value: (path) => source.place(['stages', name, ...path], 'value'),
    parts: (path, parts) => source.parts(['stages', name, ...path], parts),
  };
}

function resolveParams(
  scope: Scope,
  { declared, matrix }: Instance,
  places: StagePlaces,
  used: Set<string>,
): JsonObject {
  return Object.fromEntries(
    Object.entries(scope.overlaid.stages.get(declared) ?? {}).map(([key, value]) => [
      key,
      fill(scope, value, matrix, used, () => places.param([key], 'value')) ?? null,
    ]),
  );
}

function resolveInputs(
  scope: Scope,
  stage: StageDeclaration,
  reader: Instance,
  places: StagePlaces,
  used: Set<string>,
): Map<string, ResolvedInput> {
  const { root, families, names, problems } = scope;
  const inputs = new Map<string, ResolvedInput>();
  for (const [name, written] of Object.entries(stage.inputs ?? {})) {
    const at = () => places.input(name, 'value');
    const input = resolveInput(written, {
      root,
      families,
      names,
      reader,
      at,
      fill: (value) => fill(scope, value, reader.matrix, used, at),
      use: (dimension) => used.add(dimension),
      report: (problem) => problems.push(problem),
    });
    if (input === undefined) continue;
    inputs.set(name, input);
    if (input.kind === 'reference') countRead(scope, input.instances.length, at);
  }
  return inputs;
}

function countRead(scope: Scope, count: number, at: () => Place): void {
  const before = scope.read;
  scope.read += count;
  if (before > MAX_READ || scope.read <= MAX_READ) return;
  scope.problems.push({
    message: `the stages read more than ${MAX_READ.toLocaleString('en-US')} results of a matrix in total`,
    at: at(),
    advice: 'Collect them in one stage without a matrix, and read the output of that stage.',
  });
}

function fill(
  { overlaid: { shared }, problems }: Scope,
  value: Json,
  matrix: MatrixValues,
  used: Set<string>,
  at: () => Place,
): Json | undefined {
  const filled = interpolate(value, { shared, matrix });
  for (const dimension of filled.dimensions) used.add(dimension);
  problems.push(...filled.problems.map((found) => ({ ...found, at: at() })));
  return filled.problems.length > 0 ? undefined : filled.value;
}

function placesOf({ declared, overlaid }: Scope, name: string): StagePlaces {
  const { source, pipeline } = declared;
  const overrides = new Overrides(overlaid);
  return {
    stage: () => source.place(['stages', name], 'key'),
    module: () => source.place(['stages', name, 'module'], 'value'),
    matrix: (dimension) => source.place(['stages', name, 'matrix', dimension], 'key'),
    input: (input, part) => {
      const written = pipeline.stages[name]?.inputs?.[input];
      const override =
        part === 'key' ? undefined : overrides.ofReferences(typeof written === 'object' ? written.path : written);
      return override ?? source.place(['stages', name, 'inputs', input], part);
    },
    output: (index) => source.place(['stages', name, 'outputs', index], 'value'),
    variable: (index) => source.place(['stages', name, 'env', index], 'value'),
    executor: () => source.place(['stages', name, 'executor'], 'value'),
    param: (path, part) =>
      overrides.ofParam(name, path, part) ?? source.place(['stages', name, 'params', ...path], part),
  };
}
