import { spawn } from 'node:child_process';
import type { TrainingCase } from './cases.ts';
import { createSubject } from './subject.ts';

/** Trains as the stage does, and prints how busy the GPU is meanwhile, in percent, as one line of JSON. */
const given = JSON.parse(process.argv[2] ?? '{}') as TrainingCase;
const WARM_UP = 5;

const { trainer, batch } = await createSubject(given, 'mixed_float16');
const prepare = (step: number) => trainer.prepareStep(batch, { seed: 1, step, updates: step }, 1e-4);

const readings: string[] = [];
const query = ['--query-gpu=utilization.gpu', '--format=csv,noheader,nounits', '--loop-ms=200'];
let monitor: ReturnType<typeof spawn> | undefined;
let next = prepare(0);
for (let step = 0; step < WARM_UP + given.steps; step += 1) {
  if (step === WARM_UP) {
    monitor = spawn('nvidia-smi', query, { stdio: ['ignore', 'pipe', 'inherit'] });
    monitor.stdout?.on('data', (chunk: Buffer) => readings.push(chunk.toString()));
  }
  const running = next.run();
  next = prepare(step + 1);
  await running;
}
monitor?.kill();
const busy = readings.join('').trim().split('\n').map(Number);
process.stdout.write(`${JSON.stringify({ busy })}\n`, () => process.exit());
