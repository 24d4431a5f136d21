/** Modules that somebody would write who has only the package, by path. */
export const OWN_MODULES: Readonly<Record<string, string>> = {
  'models/mine.ts': `import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { type Backbone, type LayerFactory, toUnitRange } from 'pipeline/vision';

/** Returns a layer that computes x · sigmoid(x). */
function swish({ tf }: LayerFactory, name: string) {
  class Swish extends tf.layers.Layer {
    static className = 'Swish';
    override call(inputs: Tensor | Tensor[]): Tensor {
      const [x] = [inputs].flat() as [Tensor];
      return tf.tidy(() => tf.mul(x, tf.sigmoid(x)));
    }
  }
  return new Swish({ name });
}

export const mine: Backbone = {
  name: 'mine',
  minSize: 16,
  defaultSize: 64,
  preprocessing: toUnitRange,
  build(layers, input) {
    let x = input;
    for (const [index, filters] of [12, 24, 48].entries()) {
      x = layers.conv2d(x, { filters, kernelSize: 3, strides: 2, padding: 'same', useBias: false });
      x = layers.batchNormalization(x, { momentum: 0.9 });
      x = layers.apply(x, swish(layers, \`swish_\${index}\`));
    }
    return x;
  },
};
`,
  'lib/one-against-all.ts': `import type { Head } from 'pipeline/vision';

/** Learns each class against all others. */
export const oneAgainstAll: Head = {
  name: 'one-against-all',
  kinds: ['class'],
  columns: ({ classes }) => classes,
  build: (layers, features, { name, classes }) => layers.dense(features, { name, units: classes, activation: 'sigmoid' }),
  encode(label, { target, weight }) {
    target[label.indexOf('y')] = 1;
    weight.fill(1);
  },
  loss: (tf, { outputs, target, weight }) => tf.sum(tf.mul(tf.squaredDifference(outputs, target), weight), 1),
  decode(outputs) {
    const sum = outputs.reduce((total, each) => total + each, 1e-7);
    return outputs.map((each) => each / sum);
  },
  metrics: { acc: (answer, label) => (answer.indexOf(Math.max(...answer)) === label.indexOf('y') ? 1 : 0) },
};
`,
  'lib/invert.ts': `import type { Augmentation } from 'pipeline/vision';

/** Inverts an image with a probability. */
export const invert = (probability: number): Augmentation => ({
  name: 'invert',
  apply({ pixels, targets }, { tf, uniform }) {
    const [count] = pixels.shape;
    const isInverted = tf.less(uniform([count, 1, 1, 1]), probability);
    return { pixels: tf.where(isInverted, tf.sub(255, pixels), pixels), targets };
  },
});
`,
  'stages/train.ts': `import { affine, colorJitter, mixup, trainStage } from 'pipeline/vision';
import { invert } from '../lib/invert.ts';
import { oneAgainstAll } from '../lib/one-against-all.ts';
import { mine } from '../models/mine.ts';

export default trainStage({
  backbones: { mine },
  heads: { shape: oneAgainstAll },
  augmentations: [affine({ rotationRange: 10 }), colorJitter(), invert(0.2), mixup()],
});
`,
  ...Object.fromEntries(
    ['evaluate', 'classify'].map((name) => [
      `stages/${name}.ts`,
      `import { ${name}Stage } from 'pipeline/vision';
import { oneAgainstAll } from '../lib/one-against-all.ts';
import { mine } from '../models/mine.ts';

export default ${name}Stage({ backbones: { mine }, heads: { shape: oneAgainstAll } });
`,
    ]),
  ),
};
