import { delimiter } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Project } from '../../support/project.ts';
import { FakeSlurm, type FakeSlurmOptions } from '../../support/slurm/fake-slurm.ts';
import { putOnPath, runScript } from '../../support/slurm/on-path.ts';
import { WALL_CLOCK } from '../../support/slurm/virtual-clock.ts';
import { inCluster } from './in-cluster.ts';

/** A cluster whose commands are simulated and whose jobs are real processes, and the environment that has them. */
export async function fakeCluster(options: Partial<FakeSlurmOptions> = {}) {
  const slurm = new FakeSlurm({ clock: WALL_CLOCK, work: runScript, ...options });
  const commands = await putOnPath(slurm, onTestFinished);
  return { slurm, environment: { PATH: [commands, process.env['PATH']].join(delimiter) } };
}

/** A pipeline of one stage, which copies a file. */
export function copying(): Project {
  return inCluster({
    'pipeline.yaml': `stages:
  copy: { command: "cp {inputs.text} {outputs.text}", inputs: { text: ./text.txt }, outputs: [text.txt], executor: cluster }
`,
    'text.txt': 'one',
  });
}
