import { expect, test } from 'vitest';
import { Project } from '../../support/project.ts';

/** Template → what it reaches at least. The params make the run shorter than what the example's README has measured. */
test.each([
  { template: 'vision', set: [], reached: { 'accuracy/shape': 0.9 } },
  { template: 'digits', set: ['train.epochs=4'], reached: { 'accuracy/digit': 0.95 } },
])('the template $template trains a model that is worth its name', async ({ template, set, reached }) => {
  const project = new Project({});
  project.install('@tensorflow', 'pure-rand', 'sharp');
  expect((await project.pipeline('init', '--template', template)).exitCode).toBe(0);
  const { exitCode, stderr, stages } = await project.run(...set.flatMap((each) => ['--set', each]));
  expect(exitCode, stderr).toBe(0);
  const metrics = stages.find(({ name }) => name === 'evaluate')?.metrics ?? {};
  for (const [name, least] of Object.entries(reached)) expect(metrics[name], name).toBeGreaterThanOrEqual(least);
});
