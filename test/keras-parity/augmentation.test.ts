import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { imagesToDevice } from '../../src/vision/tensorflow/images-to-device.ts';
import { projectiveTransform } from '../../src/vision/tensorflow/projective-transform.ts';
import { affine } from '../../src/vision/train/augmentations/affine.ts';
import { drawNumbers } from '../../src/vision/train/augmentations/augment.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { startKeras } from '../support/keras.ts';
import { tensorFlow } from '../support/tensorflow.ts';
import { variedImages } from '../support/varied-model.ts';
import { AUGMENT } from './random-transforms.ts';

const tf = await tensorFlow();
const keras = await startKeras();

const COUNT = 24;
const SIZE = 48;

test.each([
  ['all at once', { horizontalFlip: true, rotationRange: 20, zoomRange: 0.2 }],
  ['rotation alone', { horizontalFlip: false, rotationRange: 20, zoomRange: 0 }],
  ['zoom alone', { horizontalFlip: false, rotationRange: 0, zoomRange: 0.2 }],
  ['flips alone', { horizontalFlip: true, rotationRange: 0, zoomRange: 0 }],
])("augmented images are those of Keras' apply_affine_transform: %s", async (_, ranges) => {
  const images = variedImages(COUNT, SIZE);
  const transforms = drawNumbers([affine(ranges)], COUNT, { height: SIZE, width: SIZE }, { seed: 3, step: 5 });
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'images'), images);
  writeFileSync(join(folder, 'transforms'), transforms);
  const ours = tf.tidy(() => {
    const pixels = imagesToDevice(tf, images, [COUNT, SIZE, SIZE, 3]);
    return projectiveTransform(tf, pixels, tf.tensor2d(transforms, [COUNT, 8])).dataSync<'float32'>();
  });
  writeFileSync(join(folder, 'ours'), ours);
  const { apart, moved } = await keras.run<{ apart: number; moved: number }>(
    `${AUGMENT}
import os
read = lambda name, kind: numpy.fromfile(os.path.join(folder, name), kind)
images = read("images", "uint8").reshape(-1, size, size, 3)
theirs = augment(images, read("transforms", "float32").reshape(-1, 8))
ours = read("ours", "float32").reshape(images.shape)
result = {"apart": float(numpy.abs(ours - theirs).max()), "moved": float(numpy.abs(ours - images).mean())}
`,
    { folder, size: SIZE },
  );
  // Noise, whose neighbouring pixels differ by up to 255: a shift of a thousandth of a pixel would be 0.25.
  expect(apart).toBeLessThan(0.05);
  expect(moved).toBeGreaterThan(10);
});
