import { describe, expect, test } from 'vitest';
import { Project } from '../../support/project.ts';
import { FOLDS } from './folds-pipeline.ts';

/** A pipeline that trains and evaluates a model for each fold that `split` finds, and a table of all models. */
function folds(names = '["a","b"]'): Project {
  return new Project({
    'names.json': names,
    'pipeline.yaml': `${FOLDS}  evaluate:
    shell: true
    command: cat {inputs.model} > {outputs.score}
    matrix: { fold: { from: split.folds } }
    inputs: { model: train.model }
    outputs: [score.txt]
  compare:
    shell: true
    command: cat {inputs.models} > {outputs.table}
    inputs: { models: train.model }
    outputs: [table.txt]
`,
  });
}

const ALL = ['split', 'train@fold=a', 'train@fold=b', 'evaluate@fold=a', 'evaluate@fold=b', 'compare'];
const OPEN = 'its instances are known when split has run';

/** Returns the types and stages of the events in which the stages of the run are listed. */
function listed(stdout: string): unknown[] {
  const events = stdout.split('\n').map((line) => JSON.parse(line) as { type: string; stages?: unknown });
  return events.flatMap(({ type, stages }) =>
    type.startsWith('run-') && type !== 'run-finished' ? [[type, stages]] : [],
  );
}

describe('a matrix whose values a stage puts out', () => {
  test.each<[string, string[], string]>([
    ['status', ['status'], `train would run: ${OPEN}`],
    ['a dry run', ['run', '--dry-run'], `evaluate would run: ${OPEN}`],
    ['explain', ['explain', 'train'], `train  would run: ${OPEN}`],
    ['explain of one instance', ['explain', 'evaluate@fold=a'], `evaluate  would run: ${OPEN}`],
    ['graph', ['graph'], `train: ${OPEN}`],
    ['inspect', ['inspect', 'train@fold=a.model'], OPEN],
  ])('its instances are open until the list is known: %s says so', async (_command, args, expected) => {
    const { stdout, stderr } = await folds().pipeline(...args);
    expect(stdout + stderr).toContain(expected);
  });

  test('one run finds the list, plans the instances and runs them', async () => {
    const project = folds();
    const { which, stdout, exitCode } = await project.run();
    expect(exitCode).toBe(0);
    expect(which('ran')).toEqual(ALL);
    expect(listed(stdout)).toEqual([
      ['run-started', ['split', 'train', 'evaluate', 'compare']],
      ['run-replanned', ALL],
    ]);
    await project.pipeline('export', 'compare', 'out');
    expect(project.read('out/table.txt')).toBe('model a 1\nmodel b 1\n');
    await project.pipeline('export', 'evaluate@fold=b', 'out');
    expect(project.read('out/score.txt')).toBe('model b 1\n');
  });

  test('while the list is cached, the instances are known to every command', async () => {
    const project = folds();
    await project.run();
    const again = await project.run();
    expect(again.which('cached')).toEqual(ALL);
    expect(listed(again.stdout)).toEqual([['run-started', ALL]]);
    expect((await project.pipeline('explain', 'train@fold=a')).stdout).toContain('param    fold  "a"');
    expect((await project.pipeline('graph')).stdout).toContain('train@fold=b');
    const { stdout } = await project.pipeline('graph', '--json');
    expect(JSON.parse(stdout).edges).toContainEqual({
      ...{ kind: 'artifact', from: 'split', to: 'train@fold=a', output: 'folds', input: 'matrix.fold' },
    });
  });

  test('after another list, only what is new runs, and what collects all instances', async () => {
    const project = folds();
    await project.run();
    project.write('names.json', '["b","c"]');
    const status = await project.pipeline('status', '--json');
    expect(status.stages.find(({ name }) => name === 'compare')?.reasons).toEqual(['train would run']);
    const { which } = await project.run();
    expect(which('cached')).toEqual(['train@fold=b', 'evaluate@fold=b']);
    expect(which('ran')).toEqual(['split', 'train@fold=c', 'evaluate@fold=c', 'compare']);
    project.write('names.json', '[ "b", "c" ]');
    expect((await project.run()).which('ran')).toEqual(['split']);
  });

  test('a forced stage may put out another list than the cached one, from which the plan was made', async () => {
    const project = folds();
    // A secret is no part of the key.
    project.edit(
      'pipeline.yaml',
      'outputs: [folds.json]',
      'outputs: [folds.json]\n    env: [{ name: FOLDS, secret: true }]',
    );
    project.edit('pipeline.yaml', 'cat {inputs.names} >', 'cat {inputs.names} > /dev/null; echo "$FOLDS" >');
    const first = await project.pipelineWith({ FOLDS: '["a", "b"]' }, 'run', '--json');
    expect(first.which('ran')).toEqual(ALL);
    const next = { FOLDS: '["b", "d"]' };
    expect((await project.pipelineWith(next, 'run', '--json')).which('cached')).toEqual(ALL);
    const { which, stdout } = await project.pipelineWith(next, 'run', '--json', '--from', 'split');
    const stages = ['split', 'train@fold=b', 'train@fold=d', 'evaluate@fold=b', 'evaluate@fold=d', 'compare'];
    expect(which('ran')).toEqual(stages);
    expect(listed(stdout)).toEqual([
      ['run-started', ALL],
      ['run-replanned', stages],
    ]);
  });

  test('an instance can be selected before the list is known', async () => {
    const { which } = await folds().run('train@fold=b');
    expect(which('ran')).toEqual(['split', 'train@fold=b']);
  });

  test('an instance that turns out not to exist is an error with the values that do', async () => {
    const { exitCode, stdout } = await folds().pipeline('run', 'train@fold=z');
    expect(exitCode).toBe(2);
    expect(stdout).toContain('train@fold=z: no instance of stage "train" has fold=z');
    expect(stdout).toContain('Known names: a and b.');
  });

  test('the values may be numbers, and several stages may put out lists one after the other', async () => {
    const project = folds('[1, 2]');
    project.write(
      'pipeline.yaml',
      `${project.read('pipeline.yaml')}  choose:
    shell: true
    command: 'echo "[true]" > {outputs.best} && cat {inputs.table}'
    inputs: { table: compare.table }
    outputs: [best.json]
  final:
    shell: true
    command: echo {params.best} {params.fold} > {outputs.out}
    matrix: { best: { from: choose.best }, fold: { from: split.folds } }
    params: { best: "\${matrix.best}", fold: "\${matrix.fold}" }
    outputs: [out]
`,
    );
    expect((await project.run()).which('ran').slice(-3)).toEqual([
      'choose',
      'final@best=true,fold=1',
      'final@best=true,fold=2',
    ]);
    expect((await project.run()).which('ran')).toEqual([]);
  });
});

describe('the lockfile of a matrix whose values a stage puts out', () => {
  test('has the instances, and is compared with an empty cache, too', async () => {
    const project = folds();
    await project.run();
    project.remove('cache');
    const { which, exitCode } = await project.run('--locked');
    expect(exitCode).toBe(0);
    expect(which('ran')).toEqual(ALL);
    project.remove('cache');
    expect((await project.pipeline('verify')).stdout).toContain('reproduced: 6 stages');
  });

  test('a changed param of the instances is found before anything runs', async () => {
    const project = folds();
    await project.run();
    project.remove('cache');
    project.edit('pipeline.yaml', 'rate: 1', 'rate: 2');
    const { exitCode, stderr } = await project.run('--locked');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('train@fold=a: param rate 1 → 2');
  });
});

describe('a stage that puts out no valid list', () => {
  test.each([
    ['{}', 'must be a list, but is {}'],
    ['[]', 'is an empty list'],
    ['["a","b","a"]', 'has the value a twice'],
    ['[["a"]]', 'has the invalid value ["a"]'],
    ['[null]', 'has the invalid value null'],
    ['[1e999]', 'has the invalid value Infinity'],
    ['a, b', 'is not JSON'],
  ])('%s fails the stage with the matrix, and names the file, the stage and the place: %s', async (names, expected) => {
    const project = folds(names);
    for (const command of ['run', 'status']) {
      const { exitCode, stdout } = await project.pipeline(command);
      const message = `error: pipeline.yaml:11:21: folds.json, which stage "split" puts out for a matrix, ${expected}\n`;
      expect(stdout).toContain(message);
      expect(exitCode).toBe(2);
    }
    project.write('names.json', '["a"]');
    expect((await project.run()).exitCode).toBe(0);
  });

  test('a folder in place of the file is refused', async () => {
    const project = folds();
    project.edit(
      'pipeline.yaml',
      'cat {inputs.names} > {outputs.folds}',
      'mkdir {outputs.folds}; cat {inputs.names} > {outputs.folds}/x',
    );
    expect((await project.pipeline('run')).stdout).toContain(
      'folds.json, which stage "split" puts out for a matrix, cannot be read: it is a folder',
    );
  });

  test('a file that an instance reads and that is missing is reported at its place', async () => {
    const project = folds();
    project.edit('pipeline.yaml', 'rate: 1 }', 'rate: 1 }\n    inputs: { data: "data/${matrix.fold}" }');
    project.write('data/a', '');
    const { exitCode, stdout } = await project.pipeline('run');
    expect(exitCode).toBe(2);
    expect(stdout).toContain('input "data" of stage "train" does not exist: data/b');
    project.write('data/b', '');
    expect((await project.run()).exitCode).toBe(0);
  });

  test('values that the params of a stage do not accept are reported at the params', async () => {
    const project = folds('["a"]');
    project.write(
      'stages/train.ts',
      `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { fold: { type: 'integer' } }, required: ['fold'] },
  outputs: ['model.txt'],
  run({ params, outputs }) {
    writeFileSync(outputs.model, String(params.fold));
  },
});
`,
    );
    const text = project.read('pipeline.yaml');
    project.write(
      'pipeline.yaml',
      text
        .replace(
          '    shell: true\n    command: echo model {params.fold} {params.rate} > {outputs.model}\n',
          '    module: stages/train.ts\n',
        )
        .replace(', rate: 1 }\n    outputs: [model.txt]', ' }'),
    );
    const { exitCode, stdout } = await project.pipeline('run');
    expect(exitCode).toBe(2);
    expect(stdout).toContain('param "fold" of stage "train" must be an integer, but is "a"');
    project.write('names.json', '[7]');
    expect((await project.run()).which('ran')).toContain('train@fold=7');
  });

  test('if it fails, the instances are blocked', async () => {
    const project = folds();
    project.edit('pipeline.yaml', 'cat {inputs.names} > {outputs.folds}', 'exit 1 # {inputs.names} {outputs.folds}');
    const { which } = await project.run();
    expect(which('failed')).toEqual(['split']);
    expect(which('blocked')).toEqual(['train', 'evaluate', 'compare']);
  });
});
