import type { LayersModel, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { bytesToFloats, imagesToDevice } from '../tensorflow/images-to-device.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import { createProgram, type EntryPoint, type Program, type Session } from '../tensorflow/trace/program.ts';
import type { ExecutionMode } from '../train/step/execution-mode.ts';
import { probabilitiesOf } from '../train/step/forward.ts';

/** Runs a classifier for inference. */
export interface Predictor {
  /**
   * Predicts class probabilities.
   *
   * @param images uint8 [count, height, width, 3].
   * @returns float32 [count, all classes], row-major: the probabilities of all heads, concatenated in task order.
   */
  probabilities(images: Uint8Array, count: number): Promise<Float32Array>;
  /** Frees the graph; the model stays usable. */
  dispose(): Promise<void>;
}

/** The size of the images, in pixels. */
interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** The graph's entry points for prediction, by batch size. */
export type PredictionEntries = ReadonlyMap<number, EntryPoint<'images', 'probabilities'>>;

/**
 * Creates a predictor that runs as a graph or op by op.
 *
 * @param batchSizes the batch sizes that will occur: a graph has fixed shapes.
 */
export async function createPredictor(
  tf: TensorFlow,
  mode: ExecutionMode,
  model: LayersModel,
  { batchSizes, ...size }: ImageSize & { readonly batchSizes: readonly number[] },
): Promise<Predictor> {
  if (mode === 'eager') return createEagerPredictor(tf, model, size);
  // The weights never change here. As constants, they let TensorFlow optimize the graph more: a batch takes 20 % less
  // time.
  const program = createProgram(tf);
  const entries = addPrediction(tf, program, model, size, batchSizes);
  const session = await program.load();
  return {
    probabilities: (images, count) => predictBy(session, entries, images, count),
    dispose: () => session.dispose(),
  };
}

/** Creates a predictor that runs op by op. */
export function createEagerPredictor(tf: TensorFlow, model: LayersModel, { height, width }: ImageSize): Predictor {
  return {
    async probabilities(images, count) {
      return tf.tidy(() => {
        const pixels = imagesToDevice(tf, images, [count, height, width, 3]);
        return probabilitiesOf(tf, model, pixels).dataSync<'float32'>();
      });
    },
    async dispose() {},
  };
}

/** Adds an entry point to the graph for each batch size. */
export function addPrediction(
  tf: TensorFlow,
  program: Program,
  model: LayersModel,
  { height, width }: ImageSize,
  batchSizes: readonly number[],
): PredictionEntries {
  const entries = [...new Set(batchSizes)].map((count) => {
    const inputs = { images: { dtype: 'uint8', shape: [count, height, width, 3] } } as const;
    const entry = program.entry(`predict_${count}`, inputs, ({ images }) => ({
      probabilities: probabilitiesOf(tf, model, bytesToFloats(tf, images) as Tensor4D),
    }));
    return [count, entry] as const;
  });
  return new Map(entries);
}

/**
 * Predicts class probabilities by an entry point of a graph.
 *
 * @param images uint8 [count, height, width, 3].
 * @returns float32 [count, all classes], row-major.
 * @throws if there is no entry point for a batch of `count` images.
 */
export async function predictBy(
  session: Session,
  entries: PredictionEntries,
  images: Uint8Array,
  count: number,
): Promise<Float32Array> {
  const entry = entries.get(count);
  if (entry === undefined) throw new Error(`The graph was not traced for a batch size of ${count}.`);
  return (await session.run(entry, { images })).probabilities as Float32Array;
}
