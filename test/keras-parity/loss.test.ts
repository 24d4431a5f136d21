import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { headLayout } from '../../src/vision/heads/head-layout.ts';
import { saveKerasH5 } from '../../src/vision/keras/save-model.ts';
import { buildClassifier } from '../../src/vision/models/classifier.ts';
import { sgd } from '../../src/vision/train/optimizers/sgd.ts';
import { createTrainer } from '../../src/vision/train/step/create-trainer.ts';
import { batchLoss } from '../../src/vision/train/step/loss.ts';
import { classLabels } from '../support/class-labels.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { startKeras } from '../support/keras.ts';
import { tensorFlow } from '../support/tensorflow.ts';
import { variedImages } from '../support/varied-model.ts';

const tf = await tensorFlow();
const keras = await startKeras();

const SIZE = 32;
const COUNT = 16;
const SMOOTHING = 0.2;
const L2 = 1e-3;

/** Fits one epoch of two batches with a learning rate of 0, and returns the losses that Keras reports. */
const LOSSES = `
import keras, numpy, os
saved = keras.models.load_model(os.path.join(folder, "model.h5"), compile=False)
config = saved.get_config()
for layer in config["layers"]:
    if layer["class_name"] in ("Conv2D", "Dense"):
        layer["config"]["kernel_regularizer"] = {"class_name": "L2", "config": {"l2": l2}}
model = keras.Model.from_config(config)
model.set_weights(saved.get_weights())
model.compile(keras.optimizers.SGD(0.0), keras.losses.CategoricalCrossentropy(label_smoothing=smoothing), jit_compile=False)
images = numpy.fromfile(os.path.join(folder, "images"), "uint8").reshape(-1, size, size, 3).astype("float32")
targets = keras.utils.to_categorical([at % 3 for at in range(len(images))], 3)
split = len(images) // 2
validation = (images[split:], targets[split:])
history = model.fit(
    images[:split], targets[:split], batch_size=8, validation_data=validation, shuffle=False, verbose=0).history
result = {
    "loss": history["loss"][-1], "val_loss": history["val_loss"][-1],
    "evaluated": model.evaluate(*validation, verbose=0)}
`;

test('the loss in training, validation and evaluation has label smoothing and the L2 penalty where that of Keras has', async () => {
  const tasks = [{ name: 'colour', classes: 3 }];
  const model = buildClassifier(
    tf,
    { backbone: 'small-cnn', height: SIZE, width: SIZE, tasks },
    { dropout: 0, seed: 1 },
  );
  const folder = temporaryFolder();
  const images = variedImages(2 * COUNT, SIZE);
  writeFileSync(join(folder, 'images'), images);
  await saveKerasH5(model, join(folder, 'model.h5'));
  const layout = headLayout(tasks);
  const trainer = await createTrainer(tf, 'graph', {
    ...{ model, height: SIZE, width: SIZE, layout, l2: L2, targets: { labelSmoothing: SMOOTHING } },
    optimizer: sgd(),
    batchSizes: { training: [8], prediction: COUNT },
  });
  const samples = (from: number, count: number) => ({
    images: images.subarray(from * SIZE * SIZE * 3, (from + count) * SIZE * SIZE * 3),
    labels: classLabels(
      tasks,
      Array.from({ length: count }, (_, at) => [0, (from + at) % 3]),
    ),
  });
  const losses: number[] = [];
  for (const step of [0, 1]) {
    losses.push((await trainer.step(samples(step * 8, 8), { seed: 1, step, updates: step }, 0)).loss);
  }
  const validation = samples(COUNT, COUNT);
  const outputs = await trainer.predict(validation.images, COUNT);
  const smoothed = batchLoss(tf, layout)(outputs, validation.labels, { labelSmoothing: SMOOTHING });
  const validated = smoothed / COUNT + (await trainer.l2Penalty());
  await trainer.dispose();
  model.dispose();

  const theirs = await keras.run<{ loss: number; val_loss: number; evaluated: number }>(LOSSES, {
    ...{ folder, size: SIZE, l2: L2, smoothing: SMOOTHING },
  });
  expect(theirs.evaluated).toBeCloseTo(theirs.val_loss, 5);
  expect(validated).toBeCloseTo(theirs.val_loss, 3);
  expect(losses.reduce((sum, loss) => sum + loss, 0) / losses.length).toBeCloseTo(theirs.loss, 3);
});
