import type { Json, JsonObject } from '../../shared/json.ts';
import { distinct, failure, type Problem, type Result, success } from '../../shared/problem.ts';
import type { ExecutionSettings } from './execution-settings.ts';
import type { Executors } from './executor-settings.ts';
import type { Instance } from './family.ts';
import { distinctLists, type ListOutput } from './lists.ts';
import { commandInterface } from './names-in-command.ts';
import { order } from './order.ts';
import { InputPlanner, type StageInput } from './plan-inputs.ts';
import { outputProblems } from './plan-outputs.ts';
import { paramProblems } from './plan-params.ts';
import type { RemoteSettings } from './remote-settings.ts';
import type { ResolvedModuleStage, ResolvedPipeline, ResolvedStage } from './resolve.ts';
import type { Command } from './resolve-command.ts';
import type { DeclaredFacts } from './runtime-facts.ts';
import { type PlannedOutput, type StageInterface, toOutput } from './stage-interface.ts';
import { suggestion } from './suggest.ts';

interface PlannedParts extends Instance, ExecutionSettings {
  readonly inputs: ReadonlyMap<string, StageInput>;
  /** The resolved params, with the defaults of a module's schema filled in. */
  readonly params: JsonObject;
  readonly outputs: readonly PlannedOutput[];
  readonly env: readonly string[];
  /** Variables that are passed through, and are no part of the action key. */
  readonly secrets: readonly string[];
  /** The name of its executor: `local`, or one that the pipeline file declares. */
  readonly executor: string;
  /** The names of the stages whose outputs it reads, or whose outputs have the values of its matrix. */
  readonly dependencies: readonly string[];
}

/** A stage that is a module, which runs in a process of Node. */
export interface PlannedModule extends PlannedParts {
  readonly kind: 'module';
  readonly module: { readonly path: string; readonly written: string };
  /** Whether it reuses unchanged parts of an earlier result of its own. */
  readonly reuses: boolean;
}

/** A stage that runs a program. */
export interface PlannedCommand extends PlannedParts {
  readonly kind: 'command';
  readonly command: Command;
}

export type PlannedStage = PlannedModule | PlannedCommand;

/** Returns the module or the command of a stage, as the pipeline file has it. */
export function writtenIn(stage: PlannedStage): string {
  return stage.kind === 'module' ? stage.module.written : stage.command.written;
}

declare const planned: unique symbol;

/** The validated, resolved graph: read-only data, and the only input that the executor accepts. */
export interface Plan {
  readonly [planned]: true;
  readonly name: string;
  readonly root: string;
  /** In topological order: each stage comes after the stages it depends on. */
  readonly stages: readonly PlannedStage[];
  /** The outputs that have the values of a matrix, whether or not these are known. */
  readonly lists: readonly ListOutput[];
  /** The runtime facts of packages that the pipeline file declares. */
  readonly runtimeFacts: readonly DeclaredFacts[];
  readonly remote: RemoteSettings;
  readonly executors: Executors;
}

/** Returns what a stage module declares; undefined if the module could not be read. */
export type InterfaceOf = (stage: ResolvedModuleStage) => StageInterface | undefined;

/**
 * Validates the stages against the declarations of their modules and against each other. `faults` are the problems of
 * modules that could not be read; the other problems are found nevertheless, and all are reported together.
 */
export function planPipeline(
  pipeline: ResolvedPipeline,
  interfaceOf: InterfaceOf,
  faults: readonly Problem[],
): Result<Plan> {
  const byName = new Map(pipeline.stages.map((stage) => [stage.name, stage]));
  const interfaces = new Map(
    pipeline.stages.map((stage) => [
      stage.name,
      stage.kind === 'module' ? interfaceOf(stage) : commandInterface(stage),
    ]),
  );
  const inputs = new InputPlanner((name) => interfaces.get(name));
  const problems = [...faults];
  const stages = new Map<string, PlannedStage>();
  for (const stage of pipeline.stages) {
    const read = inputs.plan(stage);
    problems.push(...read.problems);
    const declared = interfaces.get(stage.name);
    const params = structuredClone(stage.params) as Record<string, Json>;
    // A command takes any params.
    if (declared !== undefined && stage.kind === 'module' && !stage.isOpen)
      problems.push(...paramProblems(stage, declared, params));
    problems.push(...listProblems(stage, (name) => interfaces.get(name)));
    if (declared !== undefined) problems.push(...outputProblems(stage, declared));
    const parts = {
      inputs: read.inputs,
      params,
      outputs: (declared?.outputs ?? []).map(toOutput),
      dependencies: dependenciesOf(stage),
    };
    const { places: _, ...kept } = stage;
    stages.set(
      stage.name,
      kept.kind === 'module'
        ? { ...kept, ...parts, reuses: declared?.reuses ?? false }
        : { ...kept, ...parts, command: kept.command },
    );
  }
  const ordered = order(stages.keys(), (name) => stages.get(name)?.dependencies ?? []);
  if (!ordered.ok) {
    const [first = ''] = ordered.failure;
    const at = byName.get(first)?.places.stage();
    problems.push({
      message: `stages form a dependency cycle: ${ordered.failure.join(' → ')}`,
      ...(at && { at }),
      advice: 'Remove one of these dependencies: let one of the stages read from another stage or a path.',
    });
  }
  if (problems.length > 0 || !ordered.ok) return failure(distinct(problems));
  const inOrder = ordered.value.map((name) => stages.get(name));
  const { name, root, runtimeFacts, remote, executors } = pipeline;
  const lists = distinctLists(pipeline.stages.flatMap(listsOf));
  return success({ name, root, stages: inOrder, lists, runtimeFacts, remote, executors } as unknown as Plan);
}

function listsOf({ lists = {} }: Instance): readonly ListOutput[] {
  return Object.values(lists);
}

/** Reports values of a matrix that are from an output that the stage does not declare. */
function listProblems(stage: ResolvedStage, interfaceOf: (stage: string) => StageInterface | undefined): Problem[] {
  return Object.entries(stage.lists ?? {}).flatMap(([dimension, { stage: source, output }]): Problem[] => {
    const outputs = interfaceOf(source)?.outputs.map((written) => toOutput(written).name);
    if (outputs === undefined || outputs.includes(output)) return [];
    return [
      {
        message: `stage "${source}" has no output "${output}"`,
        at: stage.places.matrix(dimension),
        advice: suggestion(output, outputs),
      },
    ];
  });
}

/** The stages that it reads, and those that say which instances it has. */
function dependenciesOf(stage: ResolvedStage): string[] {
  const names = new Set(listsOf(stage).map((list) => list.stage));
  for (const input of stage.inputs.values()) {
    if (input.kind === 'reference') for (const { name } of input.instances) names.add(name);
  }
  return [...names];
}
