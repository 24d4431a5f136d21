import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { straceObstacles } from '../../../src/engine/verify/trace/strace.ts';
import { type Finished, Project } from '../../support/project.ts';
import { lines } from '../cli/verifying.ts';
import { type Expected, LINES_BEFORE, projectOf, UNDECLARED } from './undeclared-stages.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pipeline-strict-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Why these tests are skipped on this machine. */
const obstacle = straceObstacles(process.env, folder)[0]?.message;

describe.skipIf(obstacle !== undefined)(
  `pipeline verify --strict --pass trace${obstacle ? ` (${obstacle})` : ''}`,
  () => {
    let finished: Finished;
    const cleanUps: (() => void)[] = [];

    beforeAll(async () => {
      const project = new Project(projectOf(UNDECLARED), (cleanUp) => cleanUps.push(cleanUp));
      const temporary = join(folder, 'temporary');
      mkdirSync(join(temporary, 'node_modules/flavour'), { recursive: true });
      writeFileSync(join(temporary, 'node_modules/flavour/index.js'), '');
      writeFileSync(join(temporary, 'left-over.txt'), '');
      const environment = { TMPDIR: temporary, FLAVOUR: 'sweet' };
      const ran = await project.pipelineWith(environment, 'run');
      expect(ran.exitCode, ran.stderr).toBe(0);
      finished = await project.pipelineWith(environment, 'verify', '--strict', '--pass', 'trace', '--json');
    });
    afterAll(() => {
      for (const cleanUp of cleanUps) cleanUp();
    });

    test.each(UNDECLARED)('finds that a stage uses $title', ({ name, finds }) => {
      const found = lines(finished, 'finding').filter(({ stage }) => stage === name);
      expect(found.map(shown)).toEqual(finds.map((expected) => wanted(name, expected, found)));
    });

    test('ends with exit code 3', () => {
      expect(finished.exitCode).toBe(3);
    });
  },
);

function shown({ kind, subject, file, line }: Record<string, unknown>) {
  return { kind, subject, ...(file !== undefined && { file, line }) };
}

/** Returns what a finding has to say. A subject that begins with `…` is that of the found one that ends like it. */
function wanted(stage: string, { kind, subject, line }: Expected, found: readonly Record<string, unknown>[]) {
  const ending = subject.startsWith('…') ? subject.slice(1) : undefined;
  const full = found
    .map((each) => String(each['subject']))
    .find((text) => ending !== undefined && text.endsWith(ending));
  return { kind, subject: full ?? subject, ...(line && { file: `stages/${stage}.ts`, line: LINES_BEFORE + line }) };
}
