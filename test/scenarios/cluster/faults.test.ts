import { describe, expect, test } from 'vitest';
import { toFinished } from '../../support/project.ts';
import { NO_SLURM } from '../../support/slurm-sandbox.ts';
import { isSoak } from '../../support/soak.ts';
import { HELD, inCluster, TestCluster } from './in-cluster.ts';

const cluster = new TestCluster();
const SKIPPED = NO_SLURM ?? (isSoak ? undefined : 'each takes minutes: npm run test:soak');

/** A stage that counts to `steps` twice a second, saves where it is when it is stopped, and goes on from there. */
const COUNTING = {
  'pipeline.yaml': `stages:
  count: { module: stages/count.ts, executor: cluster, params: { steps: 60 } }
`,
  'stages/count.ts': `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { steps: { type: 'integer' } }, required: ['steps'] },
  outputs: ['sum'],
  async run({ params, outputs, work, signal, saving, log }) {
    const file = join(work, 'state');
    let [step, sum] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [0, 0];
    log('from step ' + step);
    for (; step < params.steps; step++) {
      if (signal.aborted) await saving(async () => writeFileSync(file, JSON.stringify([step, sum])));
      signal.throwIfAborted();
      sum += step * step;
      await delay(500);
    }
    writeFileSync(outputs.sum, String(sum));
  },
});
`,
};

describe.skipIf(SKIPPED !== undefined)(`jobs on Slurm (${SKIPPED ?? 'a real one'})`, () => {
  test('whose time is up save their state, are queued again, and put out what they would have without that', async () => {
    const project = inCluster(COUNTING, ', time: 1m');
    const here = await project.run('--executor', 'local');
    const there = await cluster.run(project, '--force');
    expect(there.stdout).toContain('the time limit is near');
    expect(there.stdout).toMatch(/from step [1-9]/);
    expect(there.stages.map(({ outputs }) => outputs)).toEqual(here.stages.map(({ outputs }) => outputs));
  });

  test('whose time is up and that save nothing fail, and say what to do', async () => {
    const { environment } = await cluster.gate();
    const { stages } = await inCluster(HELD, ', time: 1m').pipelineWith(environment, 'run', '--json', 'a');
    expect(stages[0]).toMatchObject({ failure: { kind: 'job', cause: 'out-of-time' } });
  });

  test('whose node is set down run again elsewhere or later, and once at a time', async () => {
    const { gate, environment } = await cluster.gate();
    const run = inCluster(HELD).start(['run', '--json', 'a'], environment);
    const first = await gate.next();
    const node = (await cluster.slurm.run('squeue', '-h', '-t', 'R', '-o', '%N')).trim();
    await cluster.slurm.run('scontrol', 'update', `nodename=${node}`, 'state=down', 'reason=test');
    await first.gone;
    const second = await gate.next();
    expect(gate.unasked).toBe(0);
    second.finish();
    expect(toFinished(await run).which('ran')).toEqual(['a']);
    await cluster.slurm.run('scontrol', 'update', `nodename=${node}`, 'state=resume');
  });

  test('of two matrices with a hundred instances each are two arrays, and none is lost', async () => {
    const seeds = [...Array(100).keys()].join(', ');
    const project = inCluster({
      'pipeline.yaml': `stages:
  write:
    command: echo {params.seed} > {outputs.text}
    shell: true
    outputs: [text]
    matrix: { seed: [${seeds}] }
    params: { seed: "\${matrix.seed}" }
  twice:
    command: cat {inputs.text} {inputs.text} > {outputs.text}
    shell: true
    inputs: { text: write.text }
    outputs: [text]
    matrix: { seed: [${seeds}] }
  add: { command: "cat {inputs.texts} > {outputs.all}", shell: true, inputs: { texts: twice.text }, outputs: [all] }
`,
    });
    const { which, stderr } = await cluster.run(project);
    expect(which('ran'), stderr).toHaveLength(201);
    const exported = await project.pipeline('export', 'add', 'out');
    expect(exported.exitCode).toBe(0);
    expect(new Set(project.read('out/all').trim().split('\n')).size).toBe(100);
  });
});
