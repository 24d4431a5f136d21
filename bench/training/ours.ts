import { createPredictor } from '../../src/vision/predict/predictor.ts';
import type { Measured, TrainingCase } from './cases.ts';
import { createSubject } from './subject.ts';

/** Measures in a separate process, so that peak memory is that of the training alone. Prints one line of JSON. */
const given = JSON.parse(process.argv[2] ?? '{}') as TrainingCase;

const { tf, model, trainer, batch } = await createSubject(given);

/** Returns the milliseconds of each of several runs, one after the other. */
async function timed(work: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let run = 0; run < given.steps; run += 1) {
    const started = performance.now();
    await work();
    taken.push(performance.now() - started);
  }
  return taken;
}

let step = 0;
const take = async () => {
  await trainer.step(batch, { seed: 1, step, updates: step }, 1e-4);
  step += 1;
};
await take();
// `performance.now()` is the time since the start of the process.
const first = performance.now();
const taken = await timed(take);
const peakOfTraining = process.resourceUsage().maxRSS / 1024;
await trainer.updateModel();
await trainer.dispose();
// As in the stages `evaluate` and `predict`.
const shape = { height: given.size, width: given.size, batchSize: given.batch };
const predictor = await createPredictor(tf, 'graph', model, shape);
await predictor.predict(batch.images, given.batch);
const predicted = await timed(() => predictor.predict(batch.images, given.batch));
const measured: Measured = { first, steps: taken, predictions: predicted, peak: peakOfTraining };
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit());
