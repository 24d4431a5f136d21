import { describe, expect, test } from 'vitest';
import { TOY, toy } from '../cli/toy-pipeline.ts';
import { HELD, inCluster } from './in-cluster.ts';

describe('an executor', () => {
  test('that is not declared is refused, with the names that are', async () => {
    const project = inCluster(HELD);
    project.edit(
      'pipeline.yaml',
      'name: c }, env: [GATE], executor: cluster',
      'name: c }, env: [GATE], executor: clustr',
    );
    const { exitCode, stderr } = await project.pipeline('run');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('error: pipeline.yaml:6:');
    expect(stderr).toContain('unknown executor "clustr"');
    expect(stderr).toContain('Did you mean "cluster"?');
    const other = await toy().pipeline('run', '--executor', 'slurm');
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toContain('Declare it in the pipeline file: executors: { NAME: { type: slurm } }.');
  });

  test('without its scheduler says what is missing', async () => {
    const project = inCluster(TOY);
    const environment = { PATH: '/nowhere', SLURM_CONF: '/nowhere' };
    const { exitCode, stdout, stderr } = await project.pipelineWith(environment, 'run', '--executor', 'cluster');
    expect(exitCode).toBe(1);
    expect(stdout, stderr).toMatch(/(there is no command squeue|Slurm is not configured) on this machine/);
    expect(stdout).toContain('Run this on a login node of the cluster, or name one: `host` of executor "cluster".');
  });

  test('is needed to detach', async () => {
    const { exitCode, stderr } = await toy().pipeline('run', '--detach');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('nothing can be detached: every stage runs on this machine');
  });
});
