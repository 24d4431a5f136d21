import { failure, type Problem, problem, type Result, success } from '../../../shared/problem.ts';
import type { Plan, PlannedStage } from '../../plan/plan.ts';
import { ArgoNames, objectName } from './names.ts';
import { MOST, tasksOf } from './tasks.ts';
import type { Container, ContainerTemplate, DagTemplate, Resources, Variable, Workflow } from './workflow.ts';

/** What a workflow needs besides the plan. */
export interface WorkflowSettings {
  /** The container image with the project and its packages. */
  readonly image: string;
  /** The command that runs one stage, without the name of the stage. */
  readonly command: readonly string[];
  /** The names of the Kubernetes Secrets with the values of variables. */
  readonly secrets: WorkflowSecrets;
  /** Returns the variables that a stage reads, without its secrets. */
  readonly variablesOf: (stage: PlannedStage) => readonly string[];
  /** The persistent volume claim with the cache. */
  readonly claim?: string;
  readonly keepGoing: boolean;
  /** The maximum number of stages that run in parallel. */
  readonly jobs?: number;
}

export interface WorkflowSecrets {
  /** Has the variables that stages declare. */
  readonly stages: string;
  /** Has the address and the credentials of the remote cache. */
  readonly remote: string;
}

/** Where the cache of a persistent volume claim is in a pod. */
export const CACHE_MOUNT = '/pipeline-cache';

const ENTRYPOINT = 'pipeline';
const VOLUME = 'cache';
/** What Kubernetes stores of one object at most, in bytes. */
const MAX_SIZE = 1_500_000;

/** Converts a plan to an Argo Workflow with a pod for each of the selected stages. */
export function toArgo(plan: Plan, selected: ReadonlySet<string>, settings: WorkflowSettings): Result<Workflow> {
  const stages = plan.stages.filter(({ name }) => selected.has(name));
  const problems = stages.flatMap(problemsOf);
  if (problems.length > 0) return failure(problems);
  const names = new ArgoNames([ENTRYPOINT]);
  const tasks = tasksOf(stages, (declared) => names.of(declared));
  if (!tasks.ok) return tasks;
  const declared = new Map(stages.map((stage) => [stage.declared, stage]));
  const graph: DagTemplate = { name: ENTRYPOINT, dag: { failFast: !settings.keepGoing, tasks: tasks.value } };
  const templates = [...declared].map(([name, stage]) => toTemplate(names.of(name), stage, settings));
  if (templates.length >= MOST)
    return problem(`an Argo Workflow has at most ${MOST - 1} kinds of stages, and this pipeline has ${declared.size}`, {
      advice: 'Export a part of the pipeline: name the stages at its end.',
    });
  const { claim, jobs } = settings;
  const workflow: Workflow = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { generateName: `${objectName(plan.name)}-` },
    spec: {
      entrypoint: ENTRYPOINT,
      ...(jobs !== undefined && { parallelism: jobs }),
      ...(claim !== undefined && { volumes: [{ name: VOLUME, persistentVolumeClaim: { claimName: claim } }] }),
      templates: [graph, ...templates],
    },
  };
  const size = Buffer.byteLength(JSON.stringify(workflow));
  if (size <= MAX_SIZE) return success(workflow);
  return problem(`the workflow has ${size} bytes, and Kubernetes stores at most ${MAX_SIZE}`, {
    advice: 'Export a part of the pipeline: name the stages at its end.',
  });
}

function problemsOf(stage: PlannedStage): readonly Problem[] {
  if (stage.isOpen)
    return [
      {
        message: `stage "${stage.declared}" has instances that are not known before other stages have run`,
        advice: 'Run those stages that put out the values of its matrix, then export the workflow again.',
      },
    ];
  // Argo has no way to write these characters so that they mean themselves.
  if (!stage.name.includes('{{')) return [];
  return [
    {
      message: `stage "${stage.name}" has "{{" in its name, which Argo would replace`,
      advice: `Use another value in "matrix" of stage "${stage.declared}".`,
    },
  ];
}

function toTemplate(name: string, stage: PlannedStage, settings: WorkflowSettings): ContainerTemplate {
  return {
    name,
    inputs: { parameters: [{ name: 'stage' }] },
    podSpecPatch: JSON.stringify({ terminationGracePeriodSeconds: Math.ceil(stage.grace) + GRACE_OF_RUNNER }),
    retryStrategy: RETRIES,
    container: toContainer(stage, settings),
  };
}

/** The exit code of a command that was interrupted. */
const INTERRUPTED = 130;

/**
 * A pod that was lost says nothing about its stage, and neither does one that was told to stop, as on a node that is
 * drained. Failures of the stage are retried inside of its pod, where its work directory is.
 */
const RETRIES = {
  limit: '3',
  retryPolicy: 'Always',
  expression: `lastRetry.status == "Error" || lastRetry.exitCode == "${INTERRUPTED}"`,
} as const;

/** How long the runner may take to store what a stage has saved, in seconds. */
const GRACE_OF_RUNNER = 10;

function toContainer(stage: PlannedStage, settings: WorkflowSettings): Container {
  const { image, command, claim, secrets } = settings;
  const [program = '', ...words] = command;
  const env = environmentOf(stage, settings);
  return {
    image,
    command: [program],
    args: [...words, '--stage', '{{inputs.parameters.stage}}'],
    ...(env.length > 0 && { env }),
    envFrom: [{ secretRef: { name: secrets.remote, optional: true } }],
    resources: resourcesOf(stage),
    ...(claim !== undefined && { volumeMounts: [{ name: VOLUME, mountPath: CACHE_MOUNT }] }),
  };
}

/** Values are not written into the workflow: it may be committed, and is read by whoever may list workflows. */
function environmentOf(stage: PlannedStage, { secrets, variablesOf }: WorkflowSettings): Variable[] {
  const variable = (key: string, more: { readonly optional?: true }): Variable => {
    return { name: key, valueFrom: { secretKeyRef: { name: secrets.stages, key, ...more } } };
  };
  // One that is part of the key may be unset. A stage asks for a secret because it needs it.
  const known = variablesOf(stage).map((name) => variable(name, { optional: true }));
  return [...known, ...stage.secrets.map((name) => variable(name, {}))];
}

/** What the runner itself needs besides the stage, in bytes. */
const MEMORY_OF_RUNNER = 512 * 2 ** 20;

function resourcesOf({ resources: { cpu = 1, memory, gpu = 0 } }: PlannedStage): Resources {
  const limits = {
    ...(memory !== undefined && { memory: String(memory + MEMORY_OF_RUNNER) }),
    // A GPU is given whole, or not at all: what is requested follows from the limit.
    ...(gpu > 0 && { 'nvidia.com/gpu': String(gpu) }),
  };
  return {
    requests: { cpu: String(cpu), ...(memory !== undefined && { memory: String(memory + MEMORY_OF_RUNNER) }) },
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}
