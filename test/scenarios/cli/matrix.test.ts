import { describe, expect, test } from 'vitest';
import { Project } from '../../support/project.ts';

/** A pipeline with a training over a matrix, an evaluation of each model, and a table of all evaluations. */
function sweep(): Project {
  return new Project({
    'pipeline.yaml': `name: sweep
params: { seeds: [1, 2] }
stages:
  train:
    module: stages/train.ts
    matrix: { rate: [0.1, 0.01], seed: "\${seeds}" }
    params: { rate: "\${matrix.rate}", seed: "\${matrix.seed}" }
  table:
    module: stages/table.ts
    inputs: { models: train.model }
`,
    'stages/train.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  params: {
    type: 'object',
    properties: { rate: { type: 'number' }, seed: { type: 'integer' }, epochs: { type: 'integer', default: 1 } },
    required: ['rate', 'seed'],
  },
  outputs: ['model.json'],
  run({ params, outputs }) {
    writeFileSync(outputs.model, JSON.stringify(params));
  },
});
`,
    'stages/table.ts': `import { readFileSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  inputs: ['models[]'],
  outputs: ['table.csv'],
  run({ inputs, outputs }) {
    const rows = inputs.models.map(({ matrix, path }) => {
      const values = Object.entries(matrix).map(([name, value]) => name + '=' + value);
      return [...values, readFileSync(path, 'utf8')].join(' ');
    });
    writeFileSync(outputs.table, rows.join('\\n'));
  },
});
`,
  });
}

const TRAININGS = [
  'train@rate=0.1,seed=1',
  'train@rate=0.1,seed=2',
  'train@rate=0.01,seed=1',
  'train@rate=0.01,seed=2',
];

describe('a pipeline with a matrix', () => {
  test('all instances of a matrix run, and a collecting stage reads each output with its values', async () => {
    const project = sweep();
    const { which } = await project.run();
    expect(which('ran')).toEqual([...TRAININGS, 'table']);
    await project.pipeline('export', 'table', 'out');
    expect(project.read('out/table.csv').split('\n')).toEqual([
      'rate=0.01 seed=1 {"rate":0.01,"seed":1,"epochs":1}',
      'rate=0.01 seed=2 {"rate":0.01,"seed":2,"epochs":1}',
      'rate=0.1 seed=1 {"rate":0.1,"seed":1,"epochs":1}',
      'rate=0.1 seed=2 {"rate":0.1,"seed":2,"epochs":1}',
    ]);
  });

  test('an additional value runs only the additional instances', async () => {
    const project = sweep();
    await project.run();
    const { which } = await project.run('--set', 'seeds=[1, 2, 3]');
    expect(which('ran')).toEqual(['train@rate=0.1,seed=3', 'train@rate=0.01,seed=3', 'table']);
  });

  test('another order of the values and another stage name rerun nothing', async () => {
    const project = sweep();
    await project.run();
    project.edit('pipeline.yaml', '{ rate: [0.1, 0.01], seed: "${seeds}" }', '{ seed: [2, 1], rate: [0.01, 0.1] }');
    project.edit('pipeline.yaml', '  train:\n', '  fit:\n');
    project.edit('pipeline.yaml', 'train.model', 'fit.model');
    const { which } = await project.run();
    expect(which('ran')).toEqual([]);
    expect(which('cached')).toHaveLength(5);
  });

  test('the lockfile has an entry for each instance', async () => {
    const project = sweep();
    await project.run();
    expect((await project.run('--locked')).exitCode).toBe(0);
    const { exitCode, stderr } = await project.run('--locked', '--set', 'seeds=[1, 3]');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('train@rate=0.1,seed=3: it is not in the lockfile');
    expect(stderr).toContain('train@rate=0.1,seed=2: it is in the lockfile, but not in the pipeline');
  });

  test('--set sets a param of all instances', async () => {
    const project = sweep();
    await project.run();
    expect((await project.run('--set', 'train.epochs=2', '--dry-run')).which('would-run')).toHaveLength(5);
  });
});

describe('an instance of a matrix on the command line', () => {
  test.each<[string[], string[]]>([
    [['train'], TRAININGS],
    [['train@seed=1'], ['train@rate=0.1,seed=1', 'train@rate=0.01,seed=1']],
    [
      ['train@seed=1,rate=0.1', 'train@rate=1e-2,seed=2'],
      ['train@rate=0.1,seed=1', 'train@rate=0.01,seed=2'],
    ],
    [
      ['--until', 'train@rate=0.1'],
      ['train@rate=0.1,seed=1', 'train@rate=0.1,seed=2'],
    ],
    [
      ['--only', 'train@seed=2'],
      ['train@rate=0.1,seed=2', 'train@rate=0.01,seed=2'],
    ],
  ])('pipeline run %j runs the selected instances', async (args, expected) => {
    expect((await sweep().run('--dry-run', ...args)).which('would-run')).toEqual(expected);
  });

  test('--from reruns an instance and its downstream stages', async () => {
    const project = sweep();
    await project.run();
    const { which } = await project.run('--from', 'train@rate=0.1,seed=1');
    expect(which('ran')).toEqual(['train@rate=0.1,seed=1', 'table']);
  });

  test('a single instance can be verified', async () => {
    const project = sweep();
    await project.run();
    const { exitCode, stdout } = await project.pipeline('verify', 'train@seed=1');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('train@rate=0.1,seed=1');
    expect(stdout).not.toContain('seed=2');
  });

  test('an instance whose values contain dots can be inspected and exported', async () => {
    const project = sweep();
    await project.run();
    const inspected = await project.pipeline('inspect', 'train@rate=0.1,seed=2.model');
    expect(inspected.stdout).toContain('train@rate=0.1,seed=2.model');
    expect((await project.pipeline('export', 'train@rate=0.01,seed=2', 'out')).exitCode).toBe(0);
    expect(project.read('out/model.json')).toBe('{"rate":0.01,"seed":2,"epochs":1}');
  });

  test('the key of a collecting stage contains the values of the instances', async () => {
    const project = sweep();
    await project.run();
    const { stdout } = await project.pipeline('explain', 'table', '--json');
    expect(Object.keys(JSON.parse(stdout).document.inputs)).toEqual([
      'models[rate=0.01,seed=1]',
      'models[rate=0.01,seed=2]',
      'models[rate=0.1,seed=1]',
      'models[rate=0.1,seed=2]',
    ]);
  });

  test.each([
    [
      ['explain', 'train@rate=0.1'],
      'error: train@rate=0.1: "train@rate=0.1" matches 2 stages, but exactly one is expected',
    ],
    [
      ['inspect', 'train@rat=0.1.model'],
      'error: train@rat=0.1.model: the matrix of stage "train" has no dimension "rat"',
    ],
    [['run', 'train@seed=3'], 'error: train@seed=3: no instance of stage "train" has seed=3'],
    [['run', '--from', 'train@'], 'error: --from train@: "train@" is not a valid stage name'],
  ])('the command line %j is rejected: %s', async (args, expected) => {
    const { exitCode, stderr } = await sweep().pipeline(...args);
    expect(stderr.split('\n')[0]).toBe(expected);
    expect(exitCode).toBe(2);
  });
});
