import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu';
import type { TensorFlow } from '../../tensorflow/load.ts';
import { type BatchTensors, computeGradients, type Gradients, type LossTerms, type ModelHeads } from './gradients.ts';

/** Runs `work` with its ops placed on a device. */
export type OnDevice = <Value>(device: string, work: () => Value) => Value;

/**
 * Computes gradients with data parallelism: splits a batch over devices and averages the slices' gradients over the
 * samples. The result is that of one device with the whole batch, except that batch normalization uses the statistics
 * of each slice, as in Keras' `MirroredStrategy`. The moving averages become the mean over the slices.
 *
 * @param devices one for each slice; `''` lets TensorFlow choose.
 */
export function computeGradientsOn(
  tf: TensorFlow,
  devices: readonly string[],
  onDevice: OnDevice,
  heads: ModelHeads,
  batch: BatchTensors,
  terms?: LossTerms,
): Gradients {
  const { model } = heads;
  const count = batch.pixels.shape[0];
  const slices = slicesOf(count, devices.length);
  const [only] = slices;
  if (slices.length === 1 && only !== undefined) {
    return onDevice(devices[0] ?? '', () => computeGradients(tf, heads, batch, terms));
  }
  // Frozen layers are excluded: averaging equal numbers may change them by rounding.
  const learning = model.layers.filter(({ trainable }) => trainable);
  const averages = learning.flatMap((layer) => layer.nonTrainableWeights.map((weight) => weight.read() as Variable));
  const before = averages.map((variable) => variable.clone());
  const towers = slices.map(({ from, to }, index) =>
    onDevice(devices[index] ?? '', () => {
      averages.forEach((variable, at) => {
        variable.assign(before[at] ?? variable);
      });
      const gradients = computeGradients(tf, heads, sliceOf(tf, batch, from, to), terms);
      return { gradients, averages: averages.map((variable) => variable.clone()) };
    }),
  );
  const shares = slices.map(({ from, to }) => (to - from) / count);
  const mean = (tensors: readonly Tensor[]) =>
    tf.addN(tensors.map((tensor, tower) => tf.mul(tensor, shares[tower] ?? 0)));
  averages.forEach((variable, at) => {
    variable.assign(mean(towers.flatMap((tower) => tower.averages[at] ?? [])));
  });
  const results = towers.map(({ gradients }) => gradients);
  return {
    loss: mean(results.map(({ loss }) => loss)),
    outputs: tf.concat(
      results.map(({ outputs }) => outputs),
      0,
    ),
    gradients: model.trainableWeights.map((_, at) => mean(results.flatMap(({ gradients }) => gradients[at] ?? []))),
  };
}

/** Splits a batch into slices whose sizes differ by at most one; fewer than `towers` if there are fewer samples. */
function slicesOf(count: number, towers: number) {
  const number = Math.min(count, towers);
  return Array.from({ length: number }, (_, index) => ({
    from: Math.round((index * count) / number),
    to: Math.round(((index + 1) * count) / number),
  }));
}

function sliceOf(tf: TensorFlow, batch: BatchTensors, from: number, to: number): BatchTensors {
  const rows = <Kind extends Tensor>(tensor: Kind): Kind => tf.slice(tensor, from, to - from) as Kind;
  return {
    pixels: rows<Tensor4D>(batch.pixels),
    targets: batch.targets.map(({ target, weight }) => ({
      target: rows<Tensor2D>(target),
      weight: rows<Tensor2D>(weight),
    })),
    key: batch.key as Tensor1D,
    slice: { from, of: batch.pixels.shape[0] },
  };
}
