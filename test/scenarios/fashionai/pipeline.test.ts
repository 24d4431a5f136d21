import { existsSync, readdirSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Finished, type Project, toFinished } from '../../support/project.ts';
import { small, smallClone } from './clone.ts';

const STAGES = [
  'encode-targets',
  'evaluate',
  'ingest',
  'predict',
  'resize-to-arrow-shards',
  'train-stage-1',
  'train-stage-2',
  'train-stage-3',
];
const CLASSES: Readonly<Record<string, number>> = {
  coat_length_labels: 8,
  collar_design_labels: 5,
  lapel_design_labels: 5,
  neck_design_labels: 5,
  neckline_design_labels: 10,
  pant_length_labels: 6,
  skirt_length_labels: 6,
  sleeve_length_labels: 9,
};

const sorted = (names: readonly string[]) => [...names].sort();

describe('the FashionAI pipeline', () => {
  let project: Project;
  let first: Finished;

  beforeAll(async () => {
    let cleanUp = () => {};
    project = await smallClone((given) => {
      cleanUp = given;
    });
    first = await project.run(...small);
    return cleanUp;
  });

  /** Returns the stages that a run executes now. Stages upstream of an edit stay cached, so little has to run. */
  const ran = async () => sorted((await project.run(...small)).which('ran'));

  test('runs its eight stages on real TensorFlow in a fresh clone', () => {
    expect(first.stderr).not.toContain('error');
    expect(first.exitCode).toBe(0);
    expect(sorted(first.which('ran'))).toEqual(STAGES);
  });

  test('reports the accuracy of each of the eight tasks and the weighted accuracy', () => {
    const metrics = first.stages.find(({ name }) => name === 'evaluate')?.metrics ?? {};
    const tasks = Object.keys(CLASSES).map((name) => name.replace('_labels', ''));
    expect(sorted(Object.keys(metrics))).toEqual(
      expect.arrayContaining(['weighted_accuracy', ...tasks.map((task) => `accuracy/${task}`)]),
    );
    for (const value of Object.values(metrics)) expect(value).toBeGreaterThanOrEqual(0);
  });

  test('answers each question in order, with one probability per class that sum to 1', async () => {
    await project.pipeline('export', 'predict', 'results', ...small, '--force');
    const answers = project.read('results/predictions.csv').trimEnd().split(/\r?\n/);
    const questions = project.read('data/garments/Tests/question.csv').trimEnd().split(/\r?\n/);
    const firstTwo = (line: string) => line.split(',').slice(0, 2);
    expect(answers.map(firstTwo)).toEqual(questions.map(firstTwo));
    for (const answer of answers) {
      const [, labelName = '', text = ''] = answer.split(',');
      const probabilities = text.split(';');
      expect(probabilities).toHaveLength(CLASSES[labelName] ?? 0);
      for (const probability of probabilities) expect(probability).toMatch(/^[01]\.\d{8}$/);
      expect(Math.abs(probabilities.reduce((sum, probability) => sum + Number(probability), 0) - 1)).toBeLessThan(1e-6);
    }
  });

  test('reruns nothing when nothing has changed', async () => {
    expect(sorted((await project.run(...small)).which('cached'))).toEqual(STAGES);
  });

  test('gives the same digests in another clone, including those of the trained weights', async () => {
    const second = await (await smallClone()).run(...small);
    expect(second.stages.map(({ name, outputs }) => [name, outputs])).toEqual(
      first.stages.map(({ name, outputs }) => [name, outputs]),
    );
  });

  test.each<[string, () => void]>([
    ['a comment in the pipeline file', () => project.edit('pipeline.yaml', '# shared values', '# values for all')],
    [
      'the modification time of the label file',
      () => utimesSync(project.path('data/garments/Annotations/label.csv'), 1, 1),
    ],
    [
      'the formatting of a stage',
      () =>
        project.edit(
          'src/vision/stages/train.ts',
          "outputs: ['model', 'history.json', 'tensorboard']",
          "outputs:   [ 'model',\n'history.json', 'tensorboard' ]",
        ),
    ],
    [
      'a comment in a module',
      () => project.edit('src/vision/train/loop/history.ts', 'export interface', '// Quite so.\nexport interface'),
    ],
  ])('reruns nothing for %s', async (_what, edit) => {
    edit();
    expect(await ran()).toEqual([]);
  });

  test('reruns only the downstream training stages when a learning rate changes, and nothing when it changes back', async () => {
    const before = project.read('pipeline.yaml');
    const document = before.replace(/(train-stage-2:[\s\S]*?learning_rate: )\S+/, '$12.0e-4');
    expect(document).not.toBe(before);
    project.write('pipeline.yaml', document);
    expect(await ran()).toEqual(['evaluate', 'predict', 'train-stage-2', 'train-stage-3']);
    project.write('pipeline.yaml', before);
    expect(await ran()).toEqual([]);
  });

  test('reruns only evaluate when a module changes that only it imports', async () => {
    project.edit(
      'src/vision/evaluate/evaluate.ts',
      'export async function evaluate(',
      'globalThis.name = "edited";\nexport async function evaluate(',
    );
    expect(await ran()).toEqual(['evaluate']);
  });

  test('reruns train-stage-2 and the downstream stages with --from train-stage-2', async () => {
    const { which } = await project.run(...small, '--from', 'train-stage-2');
    expect(sorted(which('ran'))).toEqual(['evaluate', 'predict', 'train-stage-2', 'train-stage-3']);
  });

  test('stops within a training at Ctrl-C and keeps the cached results of the previous run valid', async () => {
    const run = project.start(['run', '--json', ...small, '--from', 'train-stage-1']);
    await new Promise<void>((resolve) => {
      run.stdout?.on('data', (text: Buffer) => {
        if (text.toString().includes('"stage-progress","stage":"train-stage-1"')) resolve();
      });
    });
    run.kill('SIGINT');
    const { exitCode, which } = toFinished(await run);
    expect(exitCode).toBe(130);
    expect(which('cancelled')).toContain('train-stage-1');
    expect(await ran()).toEqual([]);
  });
});

describe('invalid data', () => {
  test.each<[string, (project: Project) => void, string, string]>([
    ['a missing label file', (p) => p.remove('data/garments/Annotations/label.csv'), 'ingest', 'label.csv'],
    [
      'a label without y',
      (p) =>
        p.write(
          'data/garments/Annotations/label.csv',
          `${p
            .read('data/garments/Annotations/label.csv')
            .trimEnd()
            .replace(/[ynm]+$/, 'nnnnnnnnn')}\n`,
        ),
      'ingest',
      'label.csv:216',
    ],
    ['a missing photograph', (p) => p.remove(join('data/garments', firstPhotograph(p))), 'ingest', 'label.csv:1'],
    [
      'a truncated photograph',
      (p) => truncateSync(p.path(join('data/garments', firstPhotograph(p))), 2000),
      'resize-to-arrow-shards',
      '.jpg',
    ],
  ])(
    '%s fails the stage that reads it, with the place, and leaves no incomplete output',
    async (_what, spoil, stage, place) => {
      const project = await smallClone();
      spoil(project);
      const { exitCode, stderr, which } = await project.run('resize-to-arrow-shards', ...small);
      expect(which('failed')).toEqual([stage]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(place);
      expect(stderr).toContain('→');
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(leftOvers(project)).toEqual([]);
    },
  );
});

function firstPhotograph(project: Project): string {
  return project.read('data/garments/Annotations/label.csv').split(',', 1)[0] ?? '';
}

/** Returns the files in the work directories: incomplete outputs. */
function leftOvers(project: Project): string[] {
  const work = project.path('cache/work');
  if (!existsSync(work)) return [];
  return readdirSync(work, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
