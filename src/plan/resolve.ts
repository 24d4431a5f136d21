import { resolve as resolvePath } from 'node:path';
import { failure, type Place, type Problem, type Result, success } from '../problem.ts';
import type {
  DeclaredPipeline,
  Json,
  JsonObject,
  PathDeclaration,
  Resources,
  StageDeclaration,
} from './declaration.ts';
import { interpolate } from './interpolate.ts';
import { type Overlaid, type Overlays, overlay } from './overlay.ts';
import { suggestion } from './suggest.ts';

/** An output of another stage. */
export interface ArtifactInput {
  readonly kind: 'artifact';
  readonly stage: string;
  readonly output: string;
}

/** A file or directory from outside the pipeline. */
export interface PathInput {
  readonly kind: 'path';
  /** Absolute. */
  readonly path: string;
  /** As the pipeline file names it. */
  readonly written: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly at: Place;
}

export type StageInput = ArtifactInput | PathInput;

export interface ResolvedStage {
  readonly name: string;
  /** Absolute path of the module, and how the pipeline file names it. */
  readonly module: { readonly path: string; readonly written: string };
  readonly inputs: ReadonlyMap<string, StageInput>;
  readonly params: JsonObject;
  readonly env: readonly string[];
  /** Whether it is said to put out the same content under the same action key. */
  readonly deterministic: boolean;
  readonly resources: Resources;
  readonly places: StagePlaces;
}

/** Where the parts of a stage were written. */
export interface StagePlaces {
  stage(): Place;
  module(): Place;
  input(name: string, part: 'key' | 'value'): Place;
  param(path: readonly (string | number)[], part: 'key' | 'value'): Place;
}

declare const resolved: unique symbol;

/** A pipeline with every `${name}`, profile and `--set` worked in. References between stages are not checked yet. */
export interface ResolvedPipeline {
  readonly [resolved]: true;
  readonly name: string;
  /** The folder of the pipeline file, absolute: paths are relative to it. */
  readonly root: string;
  readonly stages: readonly ResolvedStage[];
}

/** Works the overlays and shared params into the stages. */
export function resolvePipeline(
  declared: DeclaredPipeline,
  root: string,
  overlays: Overlays,
): Result<ResolvedPipeline> {
  const { overlaid, problems } = overlay(declared, overlays);
  const names = Object.keys(declared.pipeline.stages);
  const stages = Object.entries(declared.pipeline.stages).map(([name, stage]) =>
    resolveStage({ declared, root, overlaid, names, problems }, name, stage),
  );
  if (problems.length > 0) return failure(problems);
  return success({ name: declared.pipeline.name ?? 'pipeline', root, stages } as unknown as ResolvedPipeline);
}

interface Scope {
  readonly declared: DeclaredPipeline;
  readonly root: string;
  readonly overlaid: Overlaid;
  readonly names: readonly string[];
  readonly problems: Problem[];
}

function resolveStage(scope: Scope, name: string, stage: StageDeclaration): ResolvedStage {
  const { root, overlaid } = scope;
  const places = placesOf(scope, name);
  const params = Object.fromEntries(
    Object.entries(overlaid.stages.get(name) ?? {}).map(([key, value]) => [
      key,
      fill(scope, value, () => places.param([key], 'value')),
    ]),
  );
  const inputs = new Map<string, StageInput>();
  for (const [input, written] of Object.entries(stage.inputs ?? {})) {
    const resolvedInput = resolveInput(scope, written, () => places.input(input, 'value'));
    if (resolvedInput !== undefined) inputs.set(input, resolvedInput);
  }
  return {
    name,
    module: { path: resolvePath(root, stage.module), written: stage.module },
    inputs,
    params,
    env: stage.env ?? [],
    deterministic: stage.deterministic ?? true,
    resources: stage.resources ?? {},
    places,
  };
}

function fill({ overlaid, problems }: Scope, value: Json, at: () => Place): Json {
  const filled = interpolate(value, overlaid.shared);
  problems.push(...filled.problems.map((found) => ({ ...found, at: at() })));
  return filled.value;
}

/** `stage.output` when there is such a stage; anything with a slash, and any name without a dot, is a path. */
function resolveInput(scope: Scope, written: string | PathDeclaration, at: () => Place): StageInput | undefined {
  const declaration = typeof written === 'string' ? { path: written } : written;
  const before = scope.problems.length;
  const text = fill(scope, declaration.path, at);
  if (scope.problems.length > before) return undefined;
  if (typeof text !== 'string' || text === '') {
    scope.problems.push({
      message: `an input must be a path or stage.output, but is ${JSON.stringify(text)}`,
      at: at(),
      advice: 'Write ./data for a folder beside the pipeline file, or STAGE.OUTPUT for what a stage puts out.',
    });
    return undefined;
  }
  const reference = typeof written === 'string' ? /^([^./\\]+)\.([^/\\]+)$/.exec(text) : null;
  if (reference) {
    const [, stage = '', output = ''] = reference;
    if (scope.names.includes(stage)) return { kind: 'artifact', stage, output };
    scope.problems.push({
      message: `there is no stage «${stage}»`,
      at: at(),
      advice: `${suggestion(stage, scope.names)} If a file is meant, write ./${text}.`,
    });
    return undefined;
  }
  return {
    kind: 'path',
    path: resolvePath(scope.root, text),
    written: text,
    include: declaration.include ?? [],
    exclude: declaration.exclude ?? [],
    at: at(),
  };
}

function placesOf({ declared, overlaid }: Scope, name: string): StagePlaces {
  const { source } = declared;
  return {
    stage: () => source.place(['stages', name], 'key'),
    module: () => source.place(['stages', name, 'module'], 'value'),
    input: (input, part) => source.place(['stages', name, 'inputs', input], part),
    param: (path, part) =>
      overlaid.origins.get([name, ...path].join('.')) ?? source.place(['stages', name, 'params', ...path], part),
  };
}
