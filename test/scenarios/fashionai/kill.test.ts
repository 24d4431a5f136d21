import { beforeAll, expect, test } from 'vitest';
import type { Finished, Project } from '../../support/project.ts';
import { sample } from '../../support/soak.ts';
import { KillableRun } from '../faults/killable-run.ts';
import { small, smallClone } from './clone.ts';

/** A checkpoint after every step, so that a killed training can resume. */
const args = [
  ...small,
  ...[1, 2, 3].flatMap((stage) => ['--set', `train-stage-${stage}.checkpoint_minutes=0`]),
  ...['--until', 'train-stage-3'],
];

let project: Project;
let uninterrupted: Finished;

beforeAll(async () => {
  let cleanUp = () => {};
  project = await smallClone((given) => {
    cleanUp = given;
  });
  uninterrupted = await project.run(...args);
  expect(uninterrupted.exitCode, uninterrupted.stderr).toBe(0);
  return cleanUp;
});

/** `npm test` runs the first. */
const KILLS = sample(
  [
    ['train-stage-1', 'in its second epoch', /"train-stage-1","done":1[2-9]\b/],
    ['train-stage-1', 'in its first epoch', /"train-stage-1","done":[2-9]\b/],
    ['train-stage-3', 'at any step', /"train-stage-3","done":([2-9]|1\d)/],
  ] as const,
  3,
);

test.each(KILLS)(
  'a training killed with -9 in %s, %s, resumes and ends with byte-identical outputs',
  async (stage, where, told) => {
    const cache = project.path(`cache-${stage}-${where}`);
    const victim = new KillableRun(project.directory, [...args, '--cache', cache]);
    await victim.printedLine(told);
    expect(victim.killStage()).toBe(true);
    expect(victim.kill()).toBe(true);
    expect((await victim.finished).exitCode).toBeUndefined();
    const next = await project.run(...args, '--cache', cache);
    expect(next.exitCode, next.stderr).toBe(0);
    expect(next.stdout).toMatch(/resumed from the checkpoint at step \d+/);
    const outputs = ({ stages }: Finished) => stages.map(({ name, outputs }) => [name, outputs]);
    expect(outputs(next)).toEqual(outputs(uninterrupted));
  },
);
