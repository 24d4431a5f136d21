import { resolve as resolvePath } from 'node:path';
import type { Json, JsonObject } from '../../shared/json.ts';
import { distinct, failure, type Place, type Problem, type Result, success } from '../../shared/problem.ts';
import type { DeclaredPipeline, StageDeclaration } from './declaration.ts';
import type { Family, Instance } from './family.ts';
import { interpolate } from './interpolate.ts';
import type { MatrixValues } from './matrix.ts';
import { type Overlaid, type Overlays, overlay } from './overlay.ts';
import { bytesOf, secondsOf } from './quantities.ts';
import { type ResolvedInput, resolveInput } from './resolve-input.ts';
import { familiesOf } from './resolve-matrix.ts';
import { type DeclaredFacts, declaredFacts } from './runtime-facts.ts';

/** What a stage occupies while it runs. */
export interface Resources {
  readonly cpu?: number;
  /** Bytes. */
  readonly memory?: number;
  readonly gpu?: number;
}

/** How a stage is run. None of this is part of the action key. */
export interface Conduct {
  readonly resources: Resources;
  /** How often it is tried again after it failed. */
  readonly retries: number;
  /** After how many seconds a try is ended. */
  readonly timeout?: number;
  /** False for a stage whose outputs may differ under the same action key: its first result is pinned. */
  readonly deterministic: boolean;
}

export interface ResolvedStage extends Instance, Conduct {
  /** Absolute path of the module, and how the pipeline file names it. */
  readonly module: { readonly path: string; readonly written: string };
  readonly inputs: ReadonlyMap<string, ResolvedInput>;
  readonly params: JsonObject;
  readonly env: readonly string[];
  readonly places: StagePlaces;
}

/** Where the parts of a stage were written. */
export interface StagePlaces {
  stage(): Place;
  module(): Place;
  matrix(dimension: string): Place;
  input(name: string, part: 'key' | 'value'): Place;
  param(path: readonly (string | number)[], part: 'key' | 'value'): Place;
}

declare const resolved: unique symbol;

/** A pipeline with every matrix, `${name}`, profile and `--set` worked in. What stages put out is not checked yet. */
export interface ResolvedPipeline {
  readonly [resolved]: true;
  readonly name: string;
  /** The folder of the pipeline file, absolute: paths are relative to it. */
  readonly root: string;
  readonly stages: readonly ResolvedStage[];
  readonly runtimeFacts: readonly DeclaredFacts[];
}

/** How many results of a matrix stages may read in all. */
const MOST_READ = 1_000_000;

/**
 * Works the overlays, matrices and shared params into the stages. `registered`: the names of the runtime facts that
 * are built in.
 */
export function resolvePipeline(
  declared: DeclaredPipeline,
  root: string,
  overlays: Overlays,
  registered: readonly string[] = [],
): Result<ResolvedPipeline> {
  const { overlaid, problems } = overlay(declared, overlays);
  const runtime = declaredFacts(declared, registered);
  problems.push(...runtime.problems);
  const before = problems.length;
  const families = familiesOf(declared, overlaid, problems);
  // What refers to a matrix that is not right would be told as wrong as well.
  if (problems.length > before) return failure(distinct(problems));
  const scope: Scope = { declared, root, overlaid, families, names: [...families.keys()], problems, read: 0 };
  const stages = [...families.values()].flatMap((family) => resolveFamily(scope, family));
  if (problems.length > 0) return failure(distinct(problems));
  const name = declared.pipeline.name ?? 'pipeline';
  return success({ name, root, stages, runtimeFacts: runtime.facts } as unknown as ResolvedPipeline);
}

interface Scope {
  readonly declared: DeclaredPipeline;
  readonly root: string;
  readonly overlaid: Overlaid;
  readonly families: ReadonlyMap<string, Family>;
  readonly names: readonly string[];
  readonly problems: Problem[];
  /** How many results of other stages have been found to be read. */
  read: number;
}

function resolveFamily(scope: Scope, family: Family): ResolvedStage[] {
  const stage = scope.declared.pipeline.stages[family.name];
  if (stage === undefined) throw new Error(`there is no stage ${family.name}`);
  const places = placesOf(scope, family.name);
  const used = new Set<string>();
  const before = scope.problems.length;
  const conduct = conductOf(stage);
  const module = { path: resolvePath(scope.root, stage.module), written: stage.module };
  const stages = family.instances.map((instance) => ({
    ...instance,
    ...conduct,
    module,
    inputs: resolveInputs(scope, stage, instance, places, used),
    params: resolveParams(scope, instance, places, used),
    env: stage.env ?? [],
    places,
  }));
  if (scope.problems.length === before) {
    for (const dimension of family.dimensions) {
      if (used.has(dimension)) continue;
      scope.problems.push({
        message: `nothing depends on «matrix.${dimension}» of stage «${family.name}»: all would do the same`,
        at: places.matrix(dimension),
        advice: `Use it in its params or inputs, as "\${matrix.${dimension}}", or take it out.`,
      });
    }
  }
  return stages;
}

function conductOf({ resources = {}, retries, timeout, deterministic }: StageDeclaration): Conduct {
  const { memory, ...others } = resources;
  return {
    resources: { ...others, ...(memory !== undefined && { memory: bytesOf(memory) }) },
    retries: retries ?? 0,
    ...(timeout !== undefined && { timeout: secondsOf(timeout) }),
    deterministic: deterministic ?? true,
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
      tell: (problem) => problems.push(problem),
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
  if (before > MOST_READ || scope.read <= MOST_READ) return;
  scope.problems.push({
    message: `here stages come to read more than ${MOST_READ.toLocaleString('en-US')} results of a matrix`,
    at: at(),
    advice: 'Collect them in one stage without a matrix, and read what that puts out.',
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
  const { source } = declared;
  return {
    stage: () => source.place(['stages', name], 'key'),
    module: () => source.place(['stages', name, 'module'], 'value'),
    matrix: (dimension) => source.place(['stages', name, 'matrix', dimension], 'key'),
    input: (input, part) => source.place(['stages', name, 'inputs', input], part),
    param: (path, part) =>
      overlaid.origins.get([name, ...path].join('.')) ?? source.place(['stages', name, 'params', ...path], part),
  };
}
