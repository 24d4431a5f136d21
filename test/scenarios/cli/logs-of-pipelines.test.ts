import { expect, test } from 'vitest';
import { Project } from '../../support/project.ts';

const pipeline = (word: string) => `name: ${word}
stages:
  talk: { command: "echo ${word} | tee {outputs.out}", shell: true, outputs: [out.txt] }
`;

test('the newest log of a stage is that of the pipeline, not of another one on the cache', async () => {
  const project = new Project({ 'pipeline.yaml': pipeline('own'), 'other.yaml': pipeline('other') });
  await project.pipeline('run');
  const none = await project.pipeline('logs', 'talk', '-f', 'other.yaml');
  expect(none.stderr).toContain('there are no logs of this pipeline yet\n');
  expect(none.stderr).toContain('Run the pipeline: pipeline run -f other.yaml');
  await project.pipeline('run', '-f', 'other.yaml');
  expect((await project.pipeline('logs', 'talk')).stdout).toMatch(/stdout own$/m);
  expect((await project.pipeline('logs', 'talk', '-f', 'other.yaml')).stdout).toMatch(/stdout other$/m);
});
