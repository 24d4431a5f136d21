import type { BackboneName } from '../../src/vision/models/backbones/index.ts';
import { buildClassifier } from '../../src/vision/models/classifier.ts';
import { createPredictor } from '../../src/vision/predict/predictor.ts';
import { loadTensorFlow } from '../../src/vision/tensorflow/load.ts';
import { useReluGradientKernels } from '../../src/vision/tensorflow/relu-gradients.ts';
import { createTrainer } from '../../src/vision/train/step/create-trainer.ts';
import { headLayout } from '../../src/vision/train/step/target-masks.ts';
import { CLASSES, type Measured, type TrainingCase } from './cases.ts';

/** Measures in a separate process, so that peak memory is that of the training alone. Prints one line of JSON. */
const { backbone, size, batch, steps } = JSON.parse(process.argv[2] ?? '{}') as TrainingCase;

const tensorFlow = await loadTensorFlow({ intraOpThreads: 2 });
if (!tensorFlow.ok) throw new Error(tensorFlow.failure[0]?.message);
const tf = tensorFlow.value;
useReluGradientKernels(tf);
const tasks = CLASSES.map((classes, index) => ({ name: `task_${index}`, classes }));
const architecture = { backbone: backbone as BackboneName, height: size, width: size, tasks };
const model = buildClassifier(tf, architecture, { dropout: 0.5, seed: 1 });
const trainer = await createTrainer(tf, 'graph', {
  model,
  height: size,
  width: size,
  layout: headLayout(tasks),
  optimizer: { name: 'adam' },
  augmentation: { horizontalFlip: false, rotationRange: 0, zoomRange: 0 },
  batchSizes: { training: [batch], prediction: batch },
});
const images = Uint8Array.from({ length: batch * size * size * 3 }, (_, at) => Math.imul(at, 2654435761) >>> 24);
const taskOf = Uint8Array.from({ length: batch }, (_, sample) => sample % tasks.length);
const classOf = new Uint8Array(batch);

/** Returns the milliseconds of each of several runs, one after the other. */
async function timed(work: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let run = 0; run < steps; run += 1) {
    const started = performance.now();
    await work();
    taken.push(performance.now() - started);
  }
  return taken;
}

let step = 0;
const take = async () => {
  await trainer.step({ images, taskOf, classOf }, { seed: 1, step, updates: step }, 1e-4);
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
const predictor = await createPredictor(tf, 'graph', model, { height: size, width: size, batchSize: batch });
await predictor.probabilities(images, batch);
const predicted = await timed(() => predictor.probabilities(images, batch));
const measured: Measured = { first, steps: taken, predictions: predicted, peak: peakOfTraining };
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit());
