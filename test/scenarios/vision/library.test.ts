import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execaNode } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OWN_MODULES } from '../../support/own-modules.ts';
import { Project } from '../../support/project.ts';

const PACKAGES = resolve(import.meta.dirname, '../../../node_modules');
/** Fast enough for a test; the stages run on real TensorFlow. */
const SMALL = ['--set', 'image_size=32', '--set', 'train.epochs=2', '--set', 'draw-shapes.images_per_class=20'];

async function newProject(atEnd?: (cleanUp: () => void) => void): Promise<Project> {
  const project = new Project({}, atEnd);
  project.install('@types', 'undici-types', '@tensorflow', 'pure-rand', 'sharp');
  expect((await project.pipeline('init', '--template', 'vision')).exitCode).toBe(0);
  return project;
}

async function typeErrors(project: Project): Promise<string> {
  const { stdout } = await execaNode(join(PACKAGES, 'typescript/bin/tsc'), [], {
    cwd: project.directory,
    reject: false,
  });
  return stdout;
}

describe('a project that `pipeline init --template vision` made, with a backbone, a head and an augmentation of its own', () => {
  let project: Project;
  let atEnd = () => {};

  afterAll(() => atEnd());

  beforeAll(async () => {
    project = await newProject((cleanUp) => {
      atEnd = cleanUp;
    });
    for (const [path, text] of Object.entries(OWN_MODULES)) project.write(path, text);
  });

  test('type-checks strictly, and a backbone without a part is a type error', async () => {
    expect(await typeErrors(project)).toBe('');
    project.edit('models/mine.ts', "  name: 'mine',\n", '');
    expect(await typeErrors(project)).toContain("Property 'name' is missing");
    project.edit('models/mine.ts', '  minSize: 16', "  name: 'mine',\n  minSize: 16");
  });

  test('trains, evaluates and classifies with it, although the model has a layer that only its code knows', async () => {
    const { exitCode, stderr, stages } = await project.run(...SMALL, '--set', 'backbone=mine');
    expect(exitCode, stderr).toBe(0);
    expect(stages.map(({ outcome }) => outcome)).toEqual(Array(7).fill('ran'));
    await project.pipeline('export', 'classify', 'results', ...SMALL, '--set', 'backbone=mine');
    const [, ...rows] = readFileSync(project.path('results/predictions/predictions.csv'), 'utf8').trim().split('\n');
    expect(rows).toHaveLength(60);
  });

  test('reruns only the stages that reach what was edited', async () => {
    project.edit('models/mine.ts', '[12, 24, 48]', '[12, 24, 40]');
    const { which } = await project.run(...SMALL, '--set', 'backbone=mine');
    expect([...which('ran')].sort()).toEqual(['classify', 'evaluate', 'train']);
    project.edit('lib/invert.ts', 'sub(255, pixels)', 'sub(254, pixels)');
    const dryRun = await project.pipeline('status', '--json', ...SMALL, '--set', 'backbone=mine');
    expect(dryRun.stages.filter(({ reasons }) => reasons.some((reason) => reason.includes('changed')))).toMatchObject([
      { name: 'train', outcome: 'would-run' },
    ]);
  });

  test('is told by a stage that lacks the backbone and the head of a model where to give them', async () => {
    project.write(
      'stages/evaluate.ts',
      "import { evaluateStage } from 'pipeline/vision';\nexport default evaluateStage();\n",
    );
    const { exitCode, stderr } = await project.run(...SMALL, '--set', 'backbone=mine', '--until', 'evaluate');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('the model has the backbone "mine", which is not given here');
    expect(stderr).toContain('Give the same ones as to the training: { backbones: { … } }.');
    expect(stderr).toContain('the model has the head "one-against-all" for the task "shape"');
  });

  test('is told before the training that Keras does not have its layer', async () => {
    const { exitCode, stderr } = await project.run(...SMALL, '--set', 'backbone=mine', '--set', 'train.save_as=[h5]');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('the layer "swish_0" has the class Swish, which Keras does not have');
  });
});
