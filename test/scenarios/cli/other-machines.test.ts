import { utimesSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/dataset.ts';
import { Project } from '../../support/project.ts';
import { lines, verdicts } from './verifying.ts';

/**
 * `numbers` computes without TensorFlow. `train` and `score` import it, and their last digits depend on the instruction
 * set: a little with SSE41, a lot with AVX, and with SSE42 they print something else. So the variable that limits it
 * stands for another machine. What they put out depends on the time of `data/clock`, too, which is in no key.
 */
const FILES = {
  'pipeline.yaml': `name: machines
stages:
  numbers: { module: stages/numbers.ts }
  train: { module: stages/train.ts, inputs: { numbers: numbers.numbers, clock: data/clock } }
  score: { module: stages/score.ts, inputs: { model: train.model } }
`,
  'data/clock': 'its time is no part of a key',
  'stages/numbers.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ['numbers.json'],
  run({ outputs }) {
    writeFileSync(outputs.numbers, JSON.stringify([4, 2, 1]));
  },
});
`,
  'lib/shift.ts': `import '@tensorflow/tfjs-node';

const SHIFTS: Record<string, number> = { SSE41: 1e-5, AVX: 0.5 };

export const isa = process.env['ONEDNN_MAX_CPU_ISA'] ?? '';
export const shift = SHIFTS[isa] ?? 0;
`,
  'stages/train.ts': `import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';
import { isa, shift } from '../lib/shift.ts';

export default defineStage({
  inputs: ['numbers', 'clock'],
  outputs: ['model', 'history.json'],
  run({ inputs, outputs }) {
    const numbers = JSON.parse(readFileSync(inputs.numbers, 'utf8')) as number[];
    const late = statSync(inputs.clock).mtimeMs / 1e8;
    const weights = Float32Array.from(numbers, (value) => value + shift + late);
    mkdirSync(outputs.model);
    const manifest = [{ paths: ['weights.bin'], weights: [{ name: 'dense/kernel', shape: [3], dtype: 'float32' }] }];
    writeFileSync(join(outputs.model, 'model.json'), JSON.stringify({ modelTopology: {}, weightsManifest: manifest }));
    writeFileSync(join(outputs.model, 'weights.bin'), weights);
    writeFileSync(outputs.history, JSON.stringify({ kernels: isa === 'SSE42' ? 'old' : 'new', loss: [2 + shift, 1] }));
  },
});
`,
  'stages/score.ts': `import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';
import { shift } from '../lib/shift.ts';

export default defineStage({
  inputs: ['model'],
  outputs: ['scores.csv'],
  run({ inputs, outputs }) {
    const bytes = readFileSync(join(inputs.model, 'weights.bin'));
    const rows = [0, 1, 2].map((row) => \`image-\${row}.png,\${bytes.readFloatLE(4 * row) * 10 + shift}\`);
    writeFileSync(outputs.scores, ['image,score', ...rows, ''].join('\\n'));
  },
});
`,
  'node_modules/@tensorflow/tfjs-node/package.json': '{ "name": "@tensorflow/tfjs-node", "version": "1.0.0" }',
  'node_modules/@tensorflow/tfjs-node/index.js': '',
  'node_modules/@tensorflow/tfjs-node/tensorflow.json': '{ "tensorflow": "2.21.0", "variant": "cpu" }',
};

const ALL = ['numbers', 'train', 'score'];

type Environment = Readonly<Record<string, string>>;

const on = (isa: string): Environment => ({ ONEDNN_MAX_CPU_ISA: isa });
const verifyOn = (project: Project, environment: Environment, ...args: string[]) =>
  project.pipelineWith(environment, 'verify', '--json', ...args);

function machines(): Project {
  const project = new Project(FILES);
  setClock(project, 0);
  return project;
}

/** Another time gives another result under the same key. */
function setClock(project: Project, seconds: number): void {
  utimesSync(project.path('data/clock'), seconds, seconds);
}

/** A project whose lockfile was written on this machine. */
async function locked(): Promise<Project> {
  const project = machines();
  const { exitCode, stderr } = await project.run();
  expect(exitCode, stderr).toBe(0);
  return project;
}

function unlockMachines(project: Project): void {
  project.write('pipeline.lock', project.read('pipeline.lock').replaceAll(/ {2}machine:\n( {4}.*\n)+/g, ''));
}

describe('the lockfile', () => {
  test('says on which class of machine a result was computed, if its last digits depend on that', async () => {
    const project = machines();
    await project.pipelineWith(on('SSE41'), 'run');
    const [numbers, score, train] = project
      .read('pipeline.lock')
      .split(/^(?=\w)/m)
      .slice(1);
    expect(train).toMatch(
      /\n {2}machine:\n {4}tensorflow:\n {6}architecture: \w+\n {6}caches: .*\n {6}isa: sse41\n {6}vendor: \w+\n$/,
    );
    expect(score).toContain('      isa: sse41\n');
    expect(numbers).not.toContain('machine');
  });

  test('is not rewritten because another class of machine has computed the same', async () => {
    const project = await locked();
    const text = project.read('pipeline.lock');
    project.remove('cache');
    await project.pipelineWith(on('AVX512_CORE_FP16'), 'run');
    expect(project.read('pipeline.lock')).toBe(text);
  });

  test('of an earlier version gets the class of the machine in the next run', async () => {
    const project = await locked();
    const text = project.read('pipeline.lock');
    unlockMachines(project);
    expect(project.read('pipeline.lock')).not.toBe(text);
    const { which, stderr } = await project.run();
    expect(which('cached')).toEqual(ALL);
    expect(stderr).toContain('pipeline.lock: rewritten');
    expect(project.read('pipeline.lock')).toBe(text);
  });
});

describe('pipeline verify on another class of machine', () => {
  test('accepts small differences of numbers, and names the largest of each output', async () => {
    const project = await locked();
    const finished = await verifyOn(project, on('SSE41'));
    expect(finished.exitCode, finished.stderr).toBe(0);
    expect(verdicts(finished)).toEqual({ numbers: 'equal', train: 'within-tolerance', score: 'within-tolerance' });
    expect(finished.stderr).toMatch(
      /train: not byte-identical to the lockfile, but within the tolerance of 0\.0001: another class of machine \(tensorflow isa \w+ → sse41\)/,
    );
    expect(finished.stderr).toContain(
      'train: output history: 1 of 2 numbers differ; the largest difference is 0.00001 at loss[0] in history.json (2 → 2.00001); relative 0.000005',
    );
    expect(finished.stderr).toMatch(
      /output model: 3 of 3 numbers differ; .* at dense\/kernel\[\d\] in model\/weights\.bin/,
    );
    expect(finished.stderr).toMatch(/output scores: .* at row \d, column score in scores\.csv/);
    expect(finished.stderr).toContain(
      'reproduced: 1 stage, byte-identical to the lockfile, 2 stages within the tolerance, in',
    );
    expect(lines(finished, 'within-tolerance')).toContainEqual(
      expect.objectContaining({
        stage: 'train',
        output: 'history',
        tolerance: 0.0001,
        conditions: { kind: 'other', changes: [expect.stringMatching(/^tensorflow isa /)] },
        values: expect.objectContaining({
          numbers: 2,
          differing: 1,
          absolute: expect.objectContaining({ place: 'loss[0]', expected: 2, found: 2.00001 }),
        }),
      }),
    );
  });

  test('computes each stage from the locked results of those before it, so that differences do not add up', async () => {
    const project = await locked();
    const scores = lines(await verifyOn(project, on('SSE41')), 'within-tolerance').find(
      ({ stage }) => stage === 'score',
    );
    // Its own shift, not ten times that of the model.
    expect(scores).toMatchObject({ values: { absolute: { difference: expect.closeTo(1e-5, 8) } } });
  });

  test('rejects larger differences with exit code 3, unless a larger tolerance is given', async () => {
    const project = await locked();
    const finished = await verifyOn(project, on('AVX'));
    expect(finished.exitCode).toBe(3);
    expect(verdicts(finished)).toMatchObject({ train: 'different', score: 'not-compared' });
    expect(finished.stderr).toContain('the largest difference is 0.5 at loss[0] in history.json (2 → 2.5)');
    expect(finished.stderr).toMatch(/It was computed on another class of machine than the locked result \(.* → avx\)/);
    expect(finished.stderr).toContain('Its values differ by more than the tolerance of 0.0001');
    expect((await verifyOn(project, on('AVX'), '--tolerance', '0.5')).exitCode).toBe(0);
    expect((await verifyOn(project, on('SSE41'), '--tolerance', '1e-9')).exitCode).toBe(3);
  });

  test('rejects what differs in more than numbers, whatever the tolerance', async () => {
    const project = await locked();
    const finished = await verifyOn(project, on('SSE42'), '--tolerance', '0.999');
    expect(finished.exitCode).toBe(3);
    expect(finished.stderr).toContain('output history: history.json: kernels differs: "\\"new\\"" → "\\"old\\""');
  });

  test('says that it cannot compare values if the locked results are not in the cache', async () => {
    const project = await locked();
    project.remove('cache');
    const finished = await verifyOn(project, on('SSE41'));
    expect(finished.exitCode).toBe(3);
    expect(verdicts(finished)).toMatchObject({ numbers: 'equal', train: 'different' });
    expect(finished.stderr).toContain(
      'Their values cannot be compared here, since the expected content is not in the cache',
    );
  });

  test('says that a lockfile of an earlier version does not have the class of the machine', async () => {
    const project = await locked();
    unlockMachines(project);
    const finished = await verifyOn(project, on('SSE41'));
    expect(finished.exitCode).toBe(3);
    expect(finished.stderr).toContain('which the lockfile does not have: an earlier version wrote it');
    expect((await verifyOn(project, on('SSE41'), '--tolerance', '0.001')).exitCode).toBe(0);
  });

  test.each(['-1', '1', '2', '1e3', '0x0', '0b0', '5%', ' ', ''])('rejects the tolerance "%s"', async (given) => {
    const { exitCode, stderr } = await verifyOn(machines(), {}, `--tolerance=${given}`);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Expected a decimal number from 0 to below 1, such as 0.001 or 1e-6.');
  });

  test('rejects a tolerance that nothing is compared with', async () => {
    const unlocked = await machines().run('--tolerance', '0.1');
    expect(unlocked.exitCode).toBe(2);
    expect(unlocked.stderr).toContain('--tolerance needs --locked');
  });
});

describe('a result that is not reproducible', () => {
  test('on the same class of machine every bit counts, unless a tolerance is given', async () => {
    const project = await locked();
    setClock(project, 10);
    const finished = await verifyOn(project, {}, 'train');
    expect(finished.exitCode).toBe(3);
    expect(finished.stderr).toContain('The same code, params and inputs gave a different result.');
    const tolerant = await verifyOn(project, {}, 'train', '--tolerance', '0.001');
    expect(verdicts(tolerant)).toEqual({ train: 'within-tolerance' });
    expect(tolerant.stderr).toContain('but within the tolerance of 0.001\n');
  });

  test('a run tells it from one of another class of machine', async () => {
    const project = await locked();
    const forcedOn = (isa: string) => project.pipelineWith(on(isa), 'run', 'train', '--force', '--json');
    const elsewhere = await forcedOn('SSE41');
    expect(elsewhere.stderr).toMatch(
      /output "model" of stage "train" differs from the previous result under the same action key, which was computed under other conditions: tensorflow isa \w+ → sse41/,
    );
    setClock(project, 10);
    const here = await forcedOn('SSE41');
    expect(here.stderr).toContain('differs from the previous result under the same action key\n');
  });
});

describe('a variable that limits the instruction set', () => {
  test('is passed to the stages that it matters to, recorded as the class of the machine, and in no key', async () => {
    const project = await locked();
    expect((await project.start(['run', '--json'], on('SSE41'))).stdout).not.toContain('"outcome":"ran"');
    await project.start(['run', 'train', '--force'], on('SSE41'));
    const { stdout } = await project.pipeline('inspect', 'train');
    expect(stdout).toMatch(/machine +tensorflow architecture .*\n(.*\n)* +tensorflow isa +sse41\n/);
  });
});

describe('run --locked on another class of machine', () => {
  /** A project whose results are in a remote cache, without a cache of its own, as in a fresh clone. */
  async function cloned(): Promise<{ project: Project; elsewhere: Environment }> {
    const project = machines();
    const remote = { PIPELINE_REMOTE: temporaryFolder() };
    await project.pipelineWith(remote, 'run');
    project.remove('cache');
    return { project, elsewhere: { ...remote, ...on('SSE41') } };
  }

  test('takes the locked results from a remote cache, wherever they were computed', async () => {
    const { project, elsewhere } = await cloned();
    const finished = await project.pipelineWith(elsewhere, 'run', '--locked', '--json');
    expect(finished.exitCode, finished.stderr).toBe(0);
    expect(finished.which('cached')).toEqual(ALL);
  });

  test('runs stages again with --force, and compares them by value with the content of the remote cache', async () => {
    const { project, elsewhere } = await cloned();
    const finished = await project.pipelineWith(elsewhere, 'run', '--locked', '--force', '--json');
    expect(finished.exitCode, finished.stderr).toBe(0);
    expect(finished.which('ran')).toEqual(ALL);
    expect(lines(finished, 'within-tolerance').map(({ output }) => output)).toEqual(['model', 'history', 'scores']);
    expect((await verifyOn(project, elsewhere)).exitCode).toBe(0);
  });
});
