import { headLayout } from '../../src/vision/heads/head-layout.ts';
import { buildClassifier } from '../../src/vision/models/classifier.ts';
import { loadTensorFlow } from '../../src/vision/tensorflow/load.ts';
import { useReluGradientKernels } from '../../src/vision/tensorflow/relu-gradients.ts';
import type { Precision } from '../../src/vision/tensorflow/session/config-proto.ts';
import { adam } from '../../src/vision/train/optimizers/adam.ts';
import { createTrainer } from '../../src/vision/train/step/create-trainer.ts';
import { CLASSES, type TrainingCase } from './cases.ts';

/** Loads TensorFlow and creates what is measured: a model, its trainer and a batch. */
export async function createSubject({ backbone, size, batch }: TrainingCase, precision: Precision = 'float32') {
  const tensorFlow = await loadTensorFlow({ intraOpThreads: 2 });
  if (!tensorFlow.ok) throw new Error(tensorFlow.failure[0]?.message);
  const tf = tensorFlow.value;
  useReluGradientKernels(tf);
  const tasks = CLASSES.map((classes, index) => ({ name: `task_${index}`, classes }));
  const architecture = { backbone, height: size, width: size, tasks };
  const model = buildClassifier(tf, architecture, { dropout: 0.5, seed: 1 });
  const trainer = await createTrainer(tf, 'graph', {
    model,
    height: size,
    width: size,
    layout: headLayout(tasks),
    optimizer: adam(),
    session: { precision },
    batchSizes: { training: [batch], prediction: batch },
  });
  const images = Uint8Array.from({ length: batch * size * size * 3 }, (_, at) => Math.imul(at, 2654435761) >>> 24);
  const labels = Array.from({ length: batch }, (_, sample) => [
    { task: sample % tasks.length, text: 'y', classIndex: 0 },
  ]);
  return { tf, model, trainer, batch: { images, labels } };
}
