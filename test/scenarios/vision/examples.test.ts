import { expect, test } from 'vitest';
import { Project } from '../../support/project.ts';

const set = (...values: readonly string[]) => values.flatMap((value) => ['--set', value]);

/** What each template reaches, in a shorter run than the one that its README has measured. */
test.each([
  { template: 'vision', options: [], least: { 'accuracy/shape': 0.9 } },
  { template: 'digits', options: set('train.epochs=4'), least: { 'accuracy/digit': 0.95 } },
  {
    template: 'multi-label',
    options: set('draw-scenes.images=1000', 'train.epochs=10'),
    least: { 'mean_average_precision/things': 0.9 },
  },
  {
    template: 'garments',
    options: ['--until', 'evaluate', ...set('images=1000', 'epochs=6')],
    least: { 'accuracy/colour': 0.9, 'accuracy/length': 0.4 },
    most: { 'mean_absolute_error/length': 0.7, 'mean_absolute_error/flare': 0.4 },
  },
])(
  'the template $template makes a project that trains and evaluates',
  { timeout: 300_000 },
  async ({ template, options, least, most = {} }) => {
    const project = new Project({});
    project.install('@tensorflow', 'pure-rand', 'sharp');
    expect((await project.pipeline('init', '--template', template)).exitCode).toBe(0);
    const { exitCode, stderr, stages } = await project.run(...options);
    expect(exitCode, stderr).toBe(0);
    const metrics = stages.find(({ name }) => name === 'evaluate')?.metrics ?? {};
    for (const [name, value] of Object.entries(least)) expect(metrics[name], name).toBeGreaterThanOrEqual(value);
    for (const [name, value] of Object.entries(most)) expect(metrics[name], name).toBeLessThanOrEqual(value);
  },
);
