import { cpSync } from 'node:fs';
import { execaNode } from 'execa';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ContainerTemplate, Workflow } from '../../../src/engine/report/argo/workflow.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { CLI, type Project } from '../../support/project.ts';
import { StrictServer } from '../../support/remote/strict-server.ts';
import { toy } from '../cli/toy-pipeline.ts';

const IMAGE = ['--image', 'registry.example.org/toy:1'];

/** The toy pipeline with a remote cache. */
async function shared(): Promise<{ readonly project: Project; readonly server: StrictServer }> {
  const server = await StrictServer.start();
  const project = toy();
  project.write('pipeline.yaml', `remote: ${server.url}\n${project.read('pipeline.yaml')}`);
  return { project, server };
}

async function exported(project: Project, ...options: readonly string[]): Promise<Workflow> {
  const { stdout, stderr, exitCode } = await project.pipeline('export-workflow', ...IMAGE, ...options);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return parse(stdout) as Workflow;
}

/**
 * Runs the tasks of a workflow one after another until one fails, each in a folder of its own, as its pods do. Returns the
 * exit codes.
 */
async function runPods(
  { spec: { templates } }: Workflow,
  project: Project,
): Promise<Record<string, number | undefined>> {
  const [graph] = templates;
  if (graph === undefined || !('dag' in graph)) throw new Error('the workflow has no graph');
  const codes: Record<string, number | undefined> = {};
  for (const task of graph.dag.tasks) {
    const template = templates.find(
      (each): each is ContainerTemplate => each.name === task.template && 'container' in each,
    );
    const stage = task.arguments.parameters[0]?.value ?? '';
    expect(template?.container.command).toEqual(['node_modules/.bin/pipeline']);
    const args = (template?.container.args ?? []).map((arg) => arg.replace('{{inputs.parameters.stage}}', stage));
    const pod = temporaryFolder();
    cpSync(project.directory, pod, { recursive: true, filter: (path) => path !== project.path('cache') });
    const { exitCode } = await execaNode(CLI, args, { cwd: pod, reject: false, env: { NO_COLOR: '1' } });
    codes[task.name] = exitCode;
    if (exitCode !== 0) break;
  }
  return codes;
}

describe('pipeline export-workflow', () => {
  test('prints a workflow whose pods compute the results of the pipeline', async () => {
    const { project } = await shared();
    const workflow = await exported(project);
    expect(await runPods(workflow, project)).toEqual({ read: 0, shout: 0, count: 0, join: 0 });
    const { stages } = await project.run();
    expect(
      stages.map(({ outcome }) => outcome),
      'the results are in the remote cache',
    ).toEqual(stages.map(() => 'cached'));
  });

  test('has pods that run what was exported, whatever is edited afterwards', async () => {
    const { project } = await shared();
    const workflow = await exported(project);
    project.edit('lib/upper.ts', 'toUpperCase', 'toLowerCase');
    expect(await runPods(workflow, project)).toEqual({ read: 0, shout: 0, count: 0, join: 0 });
    expect((await project.run()).which('ran')).toEqual(['shout', 'join']);
  });

  test('has pods that fail if they cannot give their result to the others', async () => {
    const { project, server } = await shared();
    const workflow = await exported(project);
    server.intercept = ({ method }, response) => {
      if (method !== 'PUT') return false;
      response.writeHead(403).end();
      return true;
    };
    expect(await runPods(workflow, project)).toEqual({ read: 1 });
  });

  test('exports a part of the pipeline', async () => {
    const { project } = await shared();
    const [graph] = (await exported(project, 'count')).spec.templates;
    expect(graph).toMatchObject({ dag: { tasks: [{ name: 'read' }, { name: 'count' }] } });
  });

  test('has no value of any variable in it, nor has what it uploads, and says which secrets it needs', async () => {
    const { project, server } = await shared();
    project.edit('pipeline.yaml', 'module: stages/count.ts', 'module: stages/count.ts\n    env: [REGION_OF_DATA]');
    const environment = {
      REGION_OF_DATA: 'nowhere-1',
      PIPELINE_REMOTE: server.url.replace('http://', 'http://me:hush@'),
    };
    const { stdout } = await project.pipelineWith(environment, 'export-workflow', ...IMAGE);
    const written = [stdout, ...[...server.blobs.values()].map(String)].join('\n');
    expect(written).not.toMatch(/nowhere-1|hush/);
    expect(stdout).toContain('argo submit');
    expect(stdout).toContain('kubectl create secret generic toy --from-literal=REGION_OF_DATA="$REGION_OF_DATA"');
    expect(stdout).toContain(
      'kubectl create secret generic toy-remote --from-literal=PIPELINE_REMOTE="$PIPELINE_REMOTE"',
    );
  });

  test('prints JSON with --json', async () => {
    const { project } = await shared();
    const { stdout } = await project.pipeline('export-workflow', ...IMAGE, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ type: 'workflow', workflow: { kind: 'Workflow' } });
  });

  test.each<[string, readonly string[], string]>([
    ['no image', [], 'a workflow needs a container image'],
    ['no remote cache', [...IMAGE, '--offline'], 'there is no remote cache, and other machines need one'],
    ['a folder as remote cache', [...IMAGE, '--remote', './shared'], 'is a folder, which other machines do not see'],
    ['an unknown stage', [...IMAGE, 'coutn'], 'unknown stage "coutn"'],
    ['a remote cache that does not answer', [...IMAGE, '--remote', 'http://127.0.0.1:9/x'], 'cannot upload the plan'],
  ])('refuses %s, and says what to do', async (_name, options, message) => {
    const { project } = await shared();
    const { stderr, stdout, exitCode } = await project.pipeline('export-workflow', ...options);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toContain('→ ');
  });
});
