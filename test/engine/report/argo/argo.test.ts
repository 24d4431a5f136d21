import { describe, expect, test } from 'vitest';
import { toArgo } from '../../../../src/engine/report/argo/argo.ts';
import type { ContainerTemplate, Task, Workflow } from '../../../../src/engine/report/argo/workflow.ts';
import { exported, SETTINGS } from '../../../support/argo.ts';
import { graphOf } from '../../../support/plan.ts';
import { unwrap } from '../../../support/result.ts';

function tasksIn({ spec }: Workflow): readonly Task[] {
  const [graph] = spec.templates;
  if (graph === undefined || !('dag' in graph)) throw new Error('the first template is not the graph');
  return graph.dag.tasks;
}

function templateIn({ spec }: Workflow, name: string): ContainerTemplate {
  const found = spec.templates.find((template) => template.name === name);
  if (found === undefined || !('container' in found)) throw new Error(`there is no pod of ${name}`);
  return found;
}

/** The graph of a workflow in the notation of `graphOf`. */
function linesOf(workflow: Workflow): string[] {
  return tasksIn(workflow).map(({ name, dependencies = [] }) => `${name}: ${dependencies.join(' ')}`.trim());
}

describe('the Argo Workflow of a pipeline', () => {
  test('has a task for each stage, which waits for the stages that it reads', () => {
    const graph = ['a:', 'b: a', 'c: a', 'd: b c'];
    const plan = unwrap(graphOf(...graph));
    const workflow = unwrap(toArgo(plan, new Set(['a', 'b', 'c', 'd']), SETTINGS));
    expect(linesOf(workflow)).toEqual(graph);
  });

  test('has only the selected stages', () => {
    const plan = unwrap(graphOf('a:', 'b: a', 'c: a'));
    expect(linesOf(unwrap(toArgo(plan, new Set(['a', 'b']), SETTINGS)))).toEqual(['a:', 'b: a']);
  });

  test('runs each stage by its name in a pod with the image of the project', () => {
    const workflow = unwrap(exported('stages:\n  read: { module: read.ts }\n'));
    expect(tasksIn(workflow)[0]).toMatchObject({
      template: 'read',
      arguments: { parameters: [{ name: 'stage', value: 'read' }] },
    });
    expect(templateIn(workflow, 'read').container).toMatchObject({
      image: 'registry.example.org/fashionai:1',
      command: ['node_modules/.bin/pipeline'],
      args: ['exec', '--plan', 'abc', '--stage', '{{inputs.parameters.stage}}'],
    });
  });

  test('requests the resources of a stage, and memory for the runner besides', () => {
    const resources = '{ cpu: 4, memory: 8GiB, gpu: 2 }';
    const workflow = unwrap(exported(`stages:\n  read: { module: read.ts, resources: ${resources} }\n`));
    const memory = String(8 * 2 ** 30 + 512 * 2 ** 20);
    expect(templateIn(workflow, 'read').container.resources).toEqual({
      requests: { cpu: '4', memory },
      limits: { memory, 'nvidia.com/gpu': '2' },
    });
  });

  test('limits nothing that the pipeline file does not limit', () => {
    const workflow = unwrap(exported('stages:\n  read: { module: read.ts }\n'));
    expect(templateIn(workflow, 'read').container.resources).toEqual({ requests: { cpu: '1' } });
  });

  test('takes declared variables from a secret, and has the value of none', () => {
    const env = 'env: [LANGUAGE, { name: API_TOKEN, secret: true }]';
    const workflow = unwrap(exported(`stages:\n  read: { module: read.ts, ${env} }\n`));
    const { container } = templateIn(workflow, 'read');
    expect(container.env).toEqual([
      { name: 'LANGUAGE', valueFrom: { secretKeyRef: { name: 'fashionai', key: 'LANGUAGE', optional: true } } },
      { name: 'API_TOKEN', valueFrom: { secretKeyRef: { name: 'fashionai', key: 'API_TOKEN' } } },
    ]);
    expect(container.envFrom).toEqual([{ secretRef: { name: 'fashionai-remote', optional: true } }]);
  });

  test('gives a stage the time to save its state when the workflow is stopped', () => {
    const workflow = unwrap(exported('stages:\n  read: { module: read.ts, grace: 2m }\n'));
    expect(JSON.parse(templateIn(workflow, 'read').podSpecPatch)).toEqual({ terminationGracePeriodSeconds: 130 });
  });

  test('starts a stage again whose pod was lost or stopped, and leaves other retries to the stage', () => {
    const workflow = unwrap(exported('stages:\n  read: { module: read.ts, retries: 5 }\n'));
    expect(templateIn(workflow, 'read').retryStrategy).toEqual({
      limit: '3',
      retryPolicy: 'Always',
      expression: 'lastRetry.status == "Error" || lastRetry.exitCode == "130"',
    });
  });

  test('goes on after a failure with --keep-going, and runs at most --jobs pods at once', () => {
    const workflow = unwrap(exported('stages:\n  read: { module: read.ts }\n', { keepGoing: true, jobs: 8 }));
    expect(workflow.spec.parallelism).toBe(8);
    expect(workflow.spec.templates[0]).toMatchObject({ dag: { failFast: false } });
  });

  test('has the cache on a persistent volume if there is one', () => {
    const workflow = unwrap(exported('stages:\n  read: { module: read.ts }\n', { claim: 'cache-of-team' }));
    expect(workflow.spec.volumes).toEqual([{ name: 'cache', persistentVolumeClaim: { claimName: 'cache-of-team' } }]);
    expect(templateIn(workflow, 'read').container.volumeMounts).toEqual([
      { name: 'cache', mountPath: '/pipeline-cache' },
    ]);
  });
});

const matrix = (seeds: number) => `name: Many Trainings!
stages:
  read: { module: read.ts }
  train:
    module: train.ts
    matrix: { seed: [${Array.from({ length: seeds }, (_, seed) => seed)}] }
    inputs: { text: read.text }
    params: { seed: "\${matrix.seed}" }
  join: { module: join.ts, inputs: { models: train.model } }
`;

function exportedMatrix(seeds: number): Workflow {
  return unwrap(exported(matrix(seeds)));
}

describe('a matrix in an Argo Workflow', () => {
  test('is a task for each instance, all with the template of their stage', () => {
    const workflow = exportedMatrix(2);
    expect(workflow.metadata.generateName).toBe('many-trainings-');
    expect(linesOf(workflow)).toEqual([
      'read:',
      'train-seed-0: read',
      'train-seed-1: read',
      'join: train-seed-0 train-seed-1',
    ]);
    expect(workflow.spec.templates.map(({ name }) => name)).toEqual(['pipeline', 'read', 'train', 'join']);
    expect(tasksIn(workflow)[2]?.arguments.parameters).toEqual([{ name: 'stage', value: 'train@seed=1' }]);
  });

  test('is one task for all instances if Argo would not take so many', () => {
    const workflow = exportedMatrix(300);
    expect(linesOf(workflow)).toEqual(['read:', 'train: read', 'join: train']);
    const [, train] = tasksIn(workflow);
    expect(train?.arguments.parameters).toEqual([{ name: 'stage', value: '{{item}}' }]);
    expect(train?.withItems).toHaveLength(300);
    expect(train?.withItems?.[299]).toBe('train@seed=299');
  });

  test('has names of which no two are equal', () => {
    const seeds = '["a b", "a-b", "a_b", "ü", "ö"]';
    const text = `stages:\n  train: { module: train.ts, matrix: { seed: ${seeds} }, params: { seed: "\${matrix.seed}" } }\n`;
    const names = tasksIn(unwrap(exported(text))).map(({ name }) => name);
    expect(new Set(names).size).toBe(5);
    expect(names.filter((name) => !/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name))).toEqual([]);
  });
});

describe('a pipeline that Argo cannot run is refused', () => {
  test('because instances are not known yet', () => {
    const text = `stages:
  read: { module: read.ts }
  train: { module: train.ts, matrix: { fold: { from: read.text } }, params: { fold: "\${matrix.fold}" } }
`;
    const result = exported(text);
    expect(result.ok ? [] : result.failure).toEqual([
      {
        message: 'stage "train" has instances that are not known before other stages have run',
        advice: 'Run those stages that put out the values of its matrix, then export the workflow again.',
      },
    ]);
  });

  test('because a name has what Argo replaces', () => {
    const text = `stages:\n  train: { module: train.ts, matrix: { seed: ["{{workflow.uid}}"] }, params: { seed: "\${matrix.seed}" } }\n`;
    const result = exported(text);
    expect(result.ok ? [] : result.failure.map(({ message }) => message)).toEqual([
      'stage "train@seed="{{workflow.uid}}"" has "{{" in its name, which Argo would replace',
    ]);
  });

  test('because it has more stages than a graph of Argo, and no matrix to put them together', () => {
    const names = Array.from({ length: 201 }, (_, index) => `s${index}`);
    const plan = unwrap(graphOf(...names.map((name) => `${name}:`)));
    const result = toArgo(plan, new Set(names), SETTINGS);
    expect(result.ok ? [] : result.failure.map(({ message }) => message)).toEqual([
      'an Argo Workflow has at most 200 tasks in a graph, and this pipeline has 201 stages',
    ]);
  });
});
