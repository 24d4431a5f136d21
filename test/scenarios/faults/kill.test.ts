import { cpSync } from 'node:fs';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Project } from '../../support/project.ts';
import { isSoak } from '../../support/soak.ts';
import { interruptiblePipeline } from './interruptible-pipeline.ts';
import { KillableRun, processesIn } from './killable-run.ts';

const TESTS = isSoak ? 20 : 3;
/** The number of kills in a test that must leave something for another run to do. */
const HITS_PER_TEST = 5;
/** How many kills may be needed for that. How many of them come too late depends on the machine. */
const MOST_KILLS_PER_TEST = 40;
/** The approximate number of lines that an undisturbed run prints. */
const LINES = 16;
/** The approximate time between two lines, in microseconds. */
const SPIN_MICROSECONDS = 30_000;

let project: Project;
let undisturbed: Record<string, unknown>;

beforeAll(async () => {
  project = interruptiblePipeline(afterAll);
  const finished = await project.run();
  expect(finished.exitCode, finished.stderr).toBe(0);
  undisturbed = outputsOf(finished.stages);
});

/**
 * Kills a run or its stage at a random moment drawn from `seed`, beside a second run with the same cache. Returns
 * whether the kill left something for another run to do.
 */
async function disturb(seed: number): Promise<boolean> {
  const random = xoroshiro128plus(seed);
  const pick = (upTo: number) => uniformInt(random, 0, upTo - 1);
  const cache = project.path(`cache-${seed}`);
  // The index is copied since bundling takes long and is not tested here.
  cpSync(project.path('cache/index'), `${cache}/index`, { recursive: true });
  const first = new KillableRun(project.directory, ['--cache', cache]);
  const second = new KillableRun(project.directory, ['--cache', cache]);
  const [lines, microseconds, what] = [pick(LINES - 4), pick(SPIN_MICROSECONDS), pick(3)];
  await first.printed(lines);
  spin(microseconds);
  // A run that waits for the other one has no stage to kill.
  if (what !== 0 || !first.killStage()) first.kill();
  const [killed, beside] = await Promise.all([first.finished, second.finished]);
  const moment = `seed ${seed}: ${what === 0 ? 'the stage' : 'the runner'} killed after ${lines} lines`;
  // Only the run whose stage is killed may fail. The other one takes over.
  expect(beside.exitCode, `${moment}\n${beside.stderr}`).toBe(0);
  expect(outputsOf(beside.stages), moment).toEqual(undisturbed);

  const next = await project.run('--cache', cache);
  expect(next.exitCode, `${moment}\n${next.stderr}`).toBe(0);
  expect(outputsOf(next.stages), moment).toEqual(undisturbed);
  expect(next.which('ran'), moment).toEqual([]);
  project.remove(`cache-${seed}`);
  return killed.exitCode !== 0;
}

describe('killing a run or its stage at a random moment, beside another run', () => {
  const seeds = Array.from({ length: TESTS }, (_, index) => index * MOST_KILLS_PER_TEST);
  test.each(seeds)('random kills do not affect the other run and the next run, from seed %i', async (start) => {
    let hits = 0;
    for (let seed = start; hits < HITS_PER_TEST && seed < start + MOST_KILLS_PER_TEST; seed++) {
      if (await disturb(seed)) hits++;
    }
    expect(hits).toBe(HITS_PER_TEST);
    // The stages of a killed runner end without it.
    await vi.waitFor(() => expect(processesIn(project.directory)).toEqual([]));
  });
});

function outputsOf(stages: readonly { readonly name: string; readonly outputs: unknown }[]): Record<string, unknown> {
  return Object.fromEntries(stages.map(({ name, outputs }) => [name, outputs]));
}

function spin(microseconds: number): void {
  const end = performance.now() + microseconds / 1000;
  while (performance.now() < end);
}
