import type { LayerVariable, Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { createEagerPredictor } from '../../predict/predictor.ts';
import { imagesToDevice } from '../../tensorflow/images-to-device.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { augmentNow } from '../augmentations/augment.ts';
import { createOptimizer, optimizerRate } from '../optimizers/create-optimizer.ts';
import type { RateFactors } from '../start/fine-tuning.ts';
import { clipGradients } from './clip-gradients.ts';
import { l2Penalty } from './l2-penalty.ts';
import { targetTensors } from './target-tensors.ts';
import { computeGradientsOn } from './towers.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';
import { countWeights, fromVector, toVector } from './weight-vector.ts';

/** Creates a trainer that runs op by op. It is slower than the graph trainer, which is tested against it. */
export function createEagerTrainer(tf: TensorFlow, options: TrainerOptions): Trainer {
  const { model, height, width, layout, augmentations = [] } = options;
  const trainable = model.trainableWeights;
  const sizes = trainable.map((weight) => countWeights([weight]));
  const optimizer = createOptimizer(tf, options.optimizer, countWeights(trainable));
  const step: Trainer['step'] = async ({ images, labels }, at, learningRate) =>
    tf.tidy(() => {
      const count = labels.length;
      const key = tf.tensor1d([at.seed, at.step], 'int32');
      const batch = {
        pixels: imagesToDevice(tf, images, [count, height, width, 3]),
        targets: [targetTensors(tf, layout, labels, options.targets)],
      };
      const { loss, outputs, gradients } = computeGradientsOn(
        tf,
        options.devices ?? [''],
        (_, work) => work(),
        options,
        {
          ...augmentNow(tf, augmentations, batch, at),
          key,
        },
        { l2: options.l2 },
      );
      const weights = toVector(
        tf,
        trainable.map((weight) => weight.read()),
      );
      const rate = optimizerRate(options.optimizer, learningRate, at.updates);
      const updated = optimizer.update(
        weights,
        toVector(tf, clipGradients(tf, gradients, options.clip ?? {})),
        ratesOf(tf, rate, gradients, options.rateFactors),
      );
      write(
        trainable,
        fromVector(
          tf,
          updated,
          gradients.map(({ shape }) => shape),
        ),
      );
      return {
        loss: loss.dataSync()[0] ?? Number.NaN,
        outputs: outputs.dataSync<'float32'>(),
      };
    });
  return {
    ...createEagerPredictor(tf, model, { height, width }),
    prepareStep: (...given) => ({ run: () => step(...given), discard() {} }),
    step,
    state: async () => ({
      weights: model.weights.map((weight) => weight.read().dataSync<'float32'>()),
      optimizer: optimizer.state.flatMap((variable) => splitBySizes(variable.dataSync<'float32'>(), sizes)),
    }),
    async restore(state) {
      tf.tidy(() => {
        write(
          model.weights,
          state.weights.map((values, index) => tf.tensor(values, model.weights[index]?.shape as number[])),
        );
        optimizer.state.forEach((variable: Variable, index) => {
          const parts = state.optimizer.slice(index * sizes.length, (index + 1) * sizes.length);
          variable.assign(tf.concat(parts.map((part) => tf.tensor1d(part))));
        });
      });
    },
    l2Penalty: async () => tf.tidy(() => l2Penalty(tf, model, options.l2).dataSync<'float32'>()[0] ?? 0),
    async updateModel() {},
    async dispose() {
      optimizer.dispose();
    },
  };
}

/** Returns one rate for all weights, or float32 [weights] if the factors differ. */
function ratesOf(tf: TensorFlow, rate: number, gradients: readonly Tensor[], factors: RateFactors = []) {
  if (factors.every((factor) => factor === 1)) return rate;
  const rates = gradients.map(({ shape }, index) => tf.fill(shape, rate * (factors[index] ?? 1)));
  return toVector(tf, rates);
}

/** Splits a vector into consecutive parts of the given sizes. */
function splitBySizes(values: Float32Array, sizes: readonly number[]): Float32Array[] {
  let begin = 0;
  return sizes.map((size) => {
    begin += size;
    return values.slice(begin - size, begin);
  });
}

function write(weights: readonly LayerVariable[], values: readonly Tensor[]): void {
  weights.forEach((weight, index) => {
    const value = values[index];
    if (value !== undefined) (weight.read() as Variable).assign(value);
  });
}
