import type { ValidateFunction } from 'ajv';
import { failure, type Problem, type Result, success } from '../problem.ts';
import type { StageDefinition } from '../stage.ts';
import type { Json, JsonObject, Resources } from './declaration.ts';
import { order } from './order.ts';
import type { ResolvedPipeline, ResolvedStage, StageInput } from './resolve.ts';
import { check, compile } from './schema-problems.ts';
import { list, suggestion } from './suggest.ts';

/** What a stage module declares of itself: all of its definition but `run`. */
export type StageInterface = Pick<StageDefinition, 'params' | 'inputs' | 'outputs'>;

export interface PlannedOutput {
  readonly name: string;
  /** The file name under which a stage makes it and `export` copies it: `predictions.csv`. */
  readonly file: string;
}

export interface PlannedStage {
  readonly name: string;
  readonly module: { readonly path: string; readonly written: string };
  readonly inputs: ReadonlyMap<string, StageInput>;
  /** Complete: the defaults of the stage's schema are filled in. */
  readonly params: JsonObject;
  readonly outputs: readonly PlannedOutput[];
  readonly env: readonly string[];
  /** False for a stage whose outputs may differ under the same action key: its first result is pinned. */
  readonly deterministic: boolean;
  readonly resources: Resources;
  /** The stages whose outputs it reads. */
  readonly dependencies: readonly string[];
}

declare const planned: unique symbol;

/** The validated, resolved graph: read-only data, and the only thing that the executor takes. */
export interface Plan {
  readonly [planned]: true;
  readonly name: string;
  readonly root: string;
  /** Each stage after those that it depends on. */
  readonly stages: readonly PlannedStage[];
}

/** What a stage declares, unless its module could not be read. */
export type InterfaceOf = (stage: ResolvedStage) => StageInterface | undefined;

/**
 * Checks the stages against what their modules declare and against each other. `faults` are the problems of modules
 * that could not be read: all others are found all the same, and told in one go.
 */
export function planPipeline(
  pipeline: ResolvedPipeline,
  interfaceOf: InterfaceOf,
  faults: readonly Problem[],
): Result<Plan> {
  const byName = new Map(pipeline.stages.map((stage) => [stage.name, stage]));
  const problems = [...faults];
  const stages = pipeline.stages.map((stage) => {
    const declared = interfaceOf(stage);
    problems.push(...referenceProblems(stage, byName, interfaceOf));
    const params = structuredClone(stage.params) as Record<string, Json>;
    if (declared !== undefined)
      problems.push(...inputProblems(stage, declared), ...paramProblems(stage, declared, params));
    return {
      name: stage.name,
      module: stage.module,
      inputs: stage.inputs,
      params,
      outputs: (declared?.outputs ?? []).map(toOutput),
      env: stage.env,
      deterministic: stage.deterministic,
      resources: stage.resources,
      dependencies: dependenciesOf(stage),
    };
  });
  const ordered = order([...byName.keys()], (name) => {
    const stage = byName.get(name);
    return stage ? dependenciesOf(stage) : [];
  });
  if (!ordered.ok) {
    const [first = ''] = ordered.failure;
    const at = byName.get(first)?.places.stage();
    problems.push({
      message: `stages wait for each other in a circle: ${ordered.failure.join(' → ')}`,
      ...(at && { at }),
      advice: 'Take one of these inputs from another stage.',
    });
  }
  if (problems.length > 0 || !ordered.ok) return failure(problems);
  const rank = new Map(ordered.value.map((name, index) => [name, index]));
  stages.sort((a, b) => (rank.get(a.name) ?? 0) - (rank.get(b.name) ?? 0));
  return success({ name: pipeline.name, root: pipeline.root, stages } as unknown as Plan);
}

/** `predictions.csv` declares the output `predictions`. */
export function toOutput(declared: string): PlannedOutput {
  return { name: declared.split('.', 1)[0] ?? declared, file: declared };
}

function dependenciesOf(stage: ResolvedStage): string[] {
  const names = [...stage.inputs.values()].flatMap((input) => (input.kind === 'artifact' ? [input.stage] : []));
  return [...new Set(names)];
}

function inputProblems(stage: ResolvedStage, declared: StageInterface): Problem[] {
  const problems: Problem[] = [];
  const names = (declared.inputs ?? []).map((name) => name.replace(/\?$/, ''));
  const missing = (declared.inputs ?? []).filter((name) => !name.endsWith('?') && !stage.inputs.has(name));
  if (missing.length > 0) {
    problems.push({
      message: `stage «${stage.name}» lacks the input ${list(missing.map((name) => `«${name}»`))}, which ${stage.module.written} reads`,
      at: stage.places.stage(),
      advice: `Add under its inputs: ${missing.map((name) => `${name}: STAGE.OUTPUT or a path`).join(', ')}.`,
    });
  }
  for (const name of stage.inputs.keys()) {
    if (names.includes(name)) continue;
    problems.push({
      message: `unknown input «${name}» of stage «${stage.name}»`,
      at: stage.places.input(name, 'key'),
      advice: suggestion(name, names),
    });
  }
  return problems;
}

/** Outputs that the stages it reads do not have. That there are such stages was checked when they were resolved. */
function referenceProblems(
  stage: ResolvedStage,
  byName: ReadonlyMap<string, ResolvedStage>,
  interfaceOf: InterfaceOf,
): Problem[] {
  return [...stage.inputs].flatMap(([name, input]): Problem[] => {
    const source = input.kind === 'artifact' ? byName.get(input.stage) : undefined;
    const declared = source && interfaceOf(source);
    if (input.kind !== 'artifact' || declared === undefined) return [];
    const outputs = declared.outputs.map((output) => toOutput(output).name);
    if (outputs.includes(input.output)) return [];
    return [
      {
        message: `stage «${input.stage}» has no output «${input.output}»`,
        at: stage.places.input(name, 'value'),
        advice: suggestion(input.output, outputs),
      },
    ];
  });
}

/** Checks `params` against the module's schema, filling in its defaults. */
function paramProblems(stage: ResolvedStage, declared: StageInterface, params: Record<string, Json>): Problem[] {
  const schema = compileParams(stage, declared);
  if (!schema.ok) return [schema.failure];
  return check(schema.value, params, {
    name: (path) =>
      path.length === 0 ? `the params of stage «${stage.name}»` : `param «${path.join('.')}» of stage «${stage.name}»`,
    unknown: (path, key) => `param «${[...path, key].join('.')}» of stage «${stage.name}»`,
    place: (path, part) => (path.length === 0 ? stage.places.stage() : stage.places.param(path, part)),
  });
}

function compileParams(stage: ResolvedStage, declared: StageInterface): Result<ValidateFunction, Problem> {
  try {
    return success(compile(strict(declared.params)));
  } catch (error) {
    // Ajv throws on what is no JSON Schema; the stage module wrote it.
    return failure({
      message: `the params that ${stage.module.written} declares are not a JSON Schema: ${(error as Error).message}`,
      at: { file: stage.module.written },
      advice: "For example: params: { type: 'object', properties: { epochs: { type: 'integer', minimum: 1 } } }.",
    });
  }
}

/** A stage that declares no params takes none; one that declares properties takes no others unless it says so. */
function strict(schema: StageInterface['params']): object {
  if (schema === undefined) return { type: 'object', additionalProperties: false };
  return 'properties' in schema && !('additionalProperties' in schema)
    ? { ...schema, additionalProperties: false }
    : schema;
}
