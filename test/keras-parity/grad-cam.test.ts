import { join } from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { expect, test } from 'vitest';
import { gradCam } from '../../src/vision/explain/grad-cam.ts';
import { saveKerasArchive } from '../../src/vision/keras/save-model.ts';
import { buildClassifier } from '../../src/vision/models/classifier.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { startKeras } from '../support/keras.ts';
import { tensorFlow } from '../support/tensorflow.ts';
import { randomizeWeights } from '../vision/keras/models.ts';

const tf = await tensorFlow();
const keras = await startKeras();

/** Grad-CAM as Keras' own guide computes it: by the gradients of the score, without using what the layers are. */
const GRAD_CAM = `
import keras, numpy, tensorflow
model = keras.models.load_model(file)
head = model.get_layer(task)
head.activation = keras.activations.linear
features = model.get_layer('pool').input
both = keras.Model(model.inputs, [features, head(model.get_layer('dropout').output)])
with tensorflow.GradientTape() as tape:
    maps, scores = both(numpy.array(image, 'float32'))
    score = scores[:, label]
weights = tensorflow.reduce_mean(tape.gradient(score, maps), axis=(0, 1, 2))
heat = tensorflow.maximum(tensorflow.reduce_sum(maps[0] * weights, -1), 0)
heat = heat / tensorflow.reduce_max(heat)
result = tensorflow.image.resize(heat[..., None], image_size, 'bilinear').numpy()[..., 0].tolist()
`;

test.each([
  ['small-cnn', 'neck_design'],
  ['mobilenet-v2', 'coat_length'],
  ['convnext-tiny', 'coat_length'],
] as const)('Grad-CAM of %s equals that of Keras', async (backbone, task) => {
  const tasks = [
    { name: 'neck_design', classes: 5 },
    { name: 'coat_length', classes: 8 },
  ];
  const [height, width] = [64, 80];
  const built = buildClassifier(tf, { backbone, height, width, tasks }, { dropout: 0, seed: 1 });
  const model = randomizeWeights(tf, built);
  const file = join(temporaryFolder(), 'model.keras');
  await saveKerasArchive(model, file);
  const image = tf.randomUniform([1, height, width, 3], 0, 255, 'float32', 7) as Tensor4D;
  const classes = [0, 1, 2, 3, 4].map((label) => ({ task, label }));
  const maps = gradCam(tf, model, image, classes).map((map) => [...map.dataSync()]);
  // With random weights, nothing in the image speaks for some classes: Keras then divides 0 by 0.
  const label = maps.findIndex((map) => Math.max(...map) > 0);
  const ours = maps[label] ?? [];
  const given = { file, task, label, image: await image.array(), image_size: [height, width] };
  const theirs = (await keras.run<number[][]>(GRAD_CAM, given)).flat();
  expect(ours).toHaveLength(theirs.length);
  expect(Math.max(...theirs)).toBeGreaterThan(0.5);
  expect(Math.max(...ours.map((value, at) => Math.abs(value - (theirs[at] ?? Number.NaN))))).toBeLessThan(1e-3);
});
