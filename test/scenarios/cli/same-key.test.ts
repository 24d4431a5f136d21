import { expect, test } from 'vitest';
import { Gate } from '../../support/gate.ts';
import { type StageJson, toFinished } from '../../support/project.ts';
import { printedBy } from '../stopping/printed-by.ts';
import { gated, toy } from './toy-pipeline.ts';

test('of two stages of a run with one action key, the second waits for the first, by name and in no time', async () => {
  const gate = await Gate.open();
  const project = gated();
  project.edit('pipeline.yaml', 'name: b }', 'name: a }');
  const run = project.start(['run', 'a', 'b', '--json'], { GATE: gate.address });
  const printed = printedBy(run);
  const stage = await gate.next();
  await printed('"stage-waiting"');
  stage.finish();
  const { stdout, stderr, stages } = toFinished(await run);
  expect(stderr).toMatch(/: waiting for stage "[ab]", which computes the same result/);
  expect(stdout).not.toContain('process');
  const cached = stages.find(({ outcome }) => outcome === 'cached') as StageJson & { readonly seconds: number };
  expect(cached.seconds).toBe(0);
});

test('a module that ends its process while it is loaded is named, with the reason', async () => {
  const project = toy();
  project.write('stages/count.ts', `${project.read('stages/count.ts')}\nprocess.exit(0);\n`);
  const { stderr, exitCode } = await project.pipeline('run');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('stages/count.ts: the process that loaded the module ended with exit code 0\n');
  expect(stderr).toContain('Move what it does, such as process.exit(), into `run`.');
});
