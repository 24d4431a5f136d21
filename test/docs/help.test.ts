import { expect, test } from 'vitest';
import { Project } from '../support/project.ts';

test('the help of the command says where its documentation is', async () => {
  const { stdout, exitCode } = await new Project({}).pipeline('--help');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/\nDocumentation: .*docs\/README\.md$/);
});
