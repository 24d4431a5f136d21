import type { LayersModel, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { bytesToFloats, imagesToDevice } from '../tensorflow/images-to-device.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import { createProgram, type EntryPoint, type Program, type Session } from '../tensorflow/trace/program.ts';
import type { ExecutionMode } from '../train/step/execution-mode.ts';
import { averagedOutputs, NO_AUGMENTATION, type TestTimeAugmentation } from './test-time-augmentation.ts';

/** Runs a classifier for inference. */
export interface Predictor {
  /**
   * Predicts what the heads put out.
   *
   * @param images uint8 [count, height, width, 3]; at most a batch.
   * @returns float32 [count, all columns], row-major: the outputs of all heads, concatenated in task order.
   */
  predict(images: Uint8Array, count: number): Promise<Float32Array>;
  /** Frees the graph; the model stays usable. */
  dispose(): Promise<void>;
}

/** The size of the images, in pixels. */
interface ImageSize {
  readonly height: number;
  readonly width: number;
}

interface PredictorShape extends ImageSize {
  /** The largest number of images that are predicted at once. */
  readonly batchSize: number;
  /** None by default. */
  readonly augmentation?: TestTimeAugmentation;
}

/** The entry point of a graph for prediction, and the number of images that it takes. */
export interface Prediction {
  readonly entry: EntryPoint<'images', 'outputs'>;
  readonly batchSize: number;
}

/** Creates a predictor that runs as a graph or op by op. */
export async function createPredictor(
  tf: TensorFlow,
  mode: ExecutionMode,
  model: LayersModel,
  { batchSize, augmentation = NO_AUGMENTATION, ...size }: PredictorShape,
): Promise<Predictor> {
  if (mode === 'eager') return createEagerPredictor(tf, model, size, augmentation);
  // The weights never change here. As constants, they let TensorFlow optimize the graph more: a batch takes 20 % less
  // time.
  const program = createProgram(tf);
  const prediction = addPrediction(tf, program, model, { ...size, batchSize, augmentation });
  const session = await program.load();
  return {
    predict: (images, count) => predictBy(session, prediction, images, count),
    dispose: () => session.dispose(),
  };
}

/** Creates a predictor that runs op by op. */
export function createEagerPredictor(
  tf: TensorFlow,
  model: LayersModel,
  { height, width }: ImageSize,
  augmentation = NO_AUGMENTATION,
): Predictor {
  return {
    async predict(images, count) {
      return tf.tidy(() => {
        const pixels = imagesToDevice(tf, images, [count, height, width, 3]);
        return averagedOutputs(tf, model, pixels, augmentation).dataSync<'float32'>();
      });
    },
    async dispose() {},
  };
}

/** Adds an entry point to the graph. A graph has fixed shapes, so it takes a whole batch. */
export function addPrediction(
  tf: TensorFlow,
  program: Program,
  model: LayersModel,
  { height, width, batchSize, augmentation = NO_AUGMENTATION }: PredictorShape,
): Prediction {
  const inputs = { images: { dtype: 'uint8', shape: [batchSize, height, width, 3] } } as const;
  const entry = program.entry('predict', inputs, ({ images }) => ({
    outputs: averagedOutputs(tf, model, bytesToFloats(tf, images) as Tensor4D, augmentation),
  }));
  return { entry, batchSize };
}

/**
 * Predicts what the heads put out by an entry point of a graph. A smaller batch is filled up with black images: each image
 * is predicted by itself.
 *
 * @param images uint8 [count, height, width, 3].
 * @returns float32 [count, all columns], row-major.
 * @throws if `count` is larger than the batch.
 */
export async function predictBy(
  session: Session,
  { entry, batchSize }: Prediction,
  images: Uint8Array,
  count: number,
): Promise<Float32Array> {
  if (count > batchSize) throw new Error(`The graph was traced for ${batchSize} images at a time, got ${count}.`);
  const filled = count === batchSize ? images : fillUp(images, (images.length / count) * batchSize);
  const outputs = (await session.run(entry, { images: filled })).outputs as Float32Array;
  return outputs.subarray(0, (outputs.length / batchSize) * count);
}

function fillUp(images: Uint8Array, length: number): Uint8Array {
  const filled = new Uint8Array(length);
  filled.set(images);
  return filled;
}
