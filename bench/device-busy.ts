import { join } from 'node:path';
import { problem, success } from '../src/shared/problem.ts';
import type { RunBenchmark } from './benchmark.ts';
import { command, measured, time } from './command.ts';
import type { TrainingCase } from './training/cases.ts';

const STEPS = 50;

/** Measures how much of the time the first GPU computes during a training. */
export const deviceBusy: RunBenchmark = async ({ root, scratch, rounds }) => {
  const around = { directory: root, environment: process.env, log: join(scratch, 'busy.log') };
  const gpus = await time(command('nvidia-smi', '-L'), around);
  if (!gpus.ok) return problem('this benchmark needs an NVIDIA GPU and `nvidia-smi`');
  const given: TrainingCase = { backbone: 'nasnet-large', size: 331, batch: 32, steps: rounds ?? STEPS };
  const script = join(root, 'bench/.built/training-busy.js');
  const done = await measured<{ busy: number[] }>(command(process.execPath, script, JSON.stringify(given)), around);
  if (!done.ok) return done;
  const name = 'nasnet-large, 331 px, batch 32, mixed_float16: device busy';
  const row = { case: name, peer: 'always busy', ours: done.value.busy, theirs: [100], unit: '%', goal: 0.95 } as const;
  return success([{ ...row, better: 'higher' }]);
};
