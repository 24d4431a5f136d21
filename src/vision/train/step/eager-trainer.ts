import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { createEagerPredictor } from '../../predict/predictor.ts';
import { imagesToDevice } from '../../tensorflow/images-to-device.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { augmentNow } from '../augmentations/augment.ts';
import { l2Penalty } from './l2-penalty.ts';
import { targetTensors } from './target-tensors.ts';
import { computeGradientsOn } from './towers.ts';
import { type Trainer, type TrainerOptions, trainedWeights, updateNumbers } from './trainer.ts';
import { createWeightUpdates, immediateAccess } from './weight-updates.ts';

/** Creates a trainer that runs op by op. It is slower than the graph trainer, which is tested against it. */
export function createEagerTrainer(tf: TensorFlow, options: TrainerOptions): Trainer {
  const { model, height, width, layout, augmentations = [] } = options;
  const states: Variable[] = [];
  const updates = createWeightUpdates(
    tf,
    trainedWeights(options, (variable) => variable),
    options,
    (shape) => {
      const created = tf.tidy(() => tf.variable(tf.zeros([...shape]), false));
      states.push(created);
      return created;
    },
  );
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
      const numbers = updateNumbers(options.optimizer, at, learningRate);
      const scalars = {
        learningRate: tf.scalar(numbers.learningRate),
        rate: tf.scalar(numbers.rate),
        update: tf.scalar(numbers.update),
        share: tf.scalar(numbers.share),
        isLast: tf.scalar(numbers.isLast),
      };
      updates.apply(immediateAccess, gradients, scalars);
      return {
        loss: loss.dataSync()[0] ?? Number.NaN,
        outputs: outputs.dataSync<'float32'>(),
      };
    });
  const weights = () => model.weights.map((weight) => weight.read() as Variable);
  return {
    ...createEagerPredictor(tf, model, { height, width }),
    prepareStep: (...given) => ({ run: () => step(...given), discard() {} }),
    step,
    state: async () => ({
      weights: weights().map((weight) => weight.dataSync<'float32'>()),
      optimizer: states.map((state) => state.dataSync<'float32'>()),
    }),
    async restore(state) {
      tf.tidy(() => {
        write(tf, weights(), state.weights);
        write(tf, states, state.optimizer);
      });
    },
    l2Penalty: async () => tf.tidy(() => l2Penalty(tf, model, options.l2).dataSync<'float32'>()[0] ?? 0),
    async swapAverages() {
      tf.tidy(() => updates.swapAverages(immediateAccess));
    },
    async updateModel() {},
    async dispose() {
      tf.dispose(states);
    },
  };
}

function write(tf: TensorFlow, variables: readonly Variable[], values: readonly Float32Array[]): void {
  variables.forEach((variable, index) => {
    const given = values[index];
    if (given !== undefined) variable.assign(tf.tensor(given, variable.shape) as Tensor as Variable);
  });
}
