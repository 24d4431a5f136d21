import { afterAll, beforeAll } from 'vitest';
import { GATE_MODULE, Gate } from '../../support/gate.ts';
import { type Finished, Project } from '../../support/project.ts';
import { NO_SLURM, SlurmSandbox } from '../../support/slurm-sandbox.ts';

/** A cluster for the tests of a file. */
export class TestCluster {
  #slurm: SlurmSandbox | undefined;

  /** @param options of the sandbox. `missing`: why it cannot be started. */
  constructor(options: Parameters<typeof SlurmSandbox.start>[0] = {}, missing = NO_SLURM) {
    beforeAll(async () => {
      if (missing === undefined) this.#slurm = await SlurmSandbox.start(options);
    });
    afterAll(async () => this.#slurm?.stop());
  }

  get slurm(): SlurmSandbox {
    if (this.#slurm === undefined) throw new Error('no cluster was started');
    return this.#slurm;
  }

  /** Opens a gate for the stages of a test. The environment is that in which the command finds both. */
  async gate(): Promise<{ readonly gate: Gate; readonly environment: Readonly<Record<string, string>> }> {
    const gate = await Gate.open();
    return { gate, environment: { ...this.slurm.environment, GATE: gate.address } };
  }

  /** Runs all stages of a project as jobs. */
  run(project: Project, ...args: readonly string[]): Promise<Finished> {
    return project.pipelineWith(this.slurm.environment, 'run', '--json', '--executor', 'cluster', ...args);
  }

  /** Returns the jobs that Slurm knows, also those that have ended, in order: `STATE COMMENT`. */
  async jobs(): Promise<readonly string[]> {
    const listed = await this.slurm.run('squeue', '-h', '-r', '-t', 'all', '-o', '%T %k', '--sort=i');
    return listed.split('\n').filter(Boolean);
  }
}

/** Jobs have the environment of a login shell, in which the user of the tests is another one. */
function executors(more = ''): string {
  const folders = ['XDG_CACHE_HOME', 'XDG_STATE_HOME'].map((name) => `export ${name}=${process.env[name]}`).join('; ');
  return `executors:\n  cluster: { type: slurm, setup: "${folders}"${more} }\n`;
}

export function inCluster(files: Readonly<Record<string, string>>, more = ''): Project {
  return new Project({ ...files, 'pipeline.yaml': executors(more) + files['pipeline.yaml'] });
}

/** Three instances of a stage, which are an array. */
export const ARRAY = {
  'pipeline.yaml': `stages:
  write:
    command: echo {params.seed} > {outputs.text}
    shell: true
    outputs: [text]
    matrix: { seed: [1, 2, 3] }
    params: { seed: "\${matrix.seed}" }
`,
};

/** A stage that waits at the gate: `a`, and `b`, which reads it; `c` reads nothing. */
export const HELD = {
  'pipeline.yaml': `stages:
  a: { module: stages/hold.ts, params: { name: a }, env: [GATE], executor: cluster }
  b: { module: stages/hold.ts, params: { name: b }, inputs: { first: a.out }, env: [GATE], executor: cluster }
  c: { module: stages/hold.ts, params: { name: c }, env: [GATE], executor: cluster }
`,
  'stages/hold.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { hold } from '../lib/gate.ts';

export default defineStage({
  params: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  inputs: ['first?'],
  outputs: ['out'],
  async run({ params, outputs, log }) {
    log('holding ' + params.name);
    await hold(params.name);
    writeFileSync(outputs.out, params.name);
  },
});
`,
  'lib/gate.ts': GATE_MODULE,
};
