import type { LayersModel, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { bytesToFloats, imagesToDevice } from '../tensorflow/images-to-device.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import { createProgram, type EntryPoint, type Program, type Session } from '../tensorflow/trace/program.ts';
import type { ExecutionMode } from '../train/step/execution-mode.ts';
import { probabilitiesOf } from '../train/step/forward.ts';

/** Runs a classifier. */
export interface Predictor {
  /**
   * @param images uint8 [count, height, width, 3].
   * @returns [count, all classes], row by row.
   */
  probabilities(images: Uint8Array, count: number): Float32Array;
  /** The model is not touched. */
  dispose(): void;
}

/** Of the images, in pixels. */
interface ImageSize {
  readonly height: number;
  readonly width: number;
}

export type PredictionEntries = ReadonlyMap<number, EntryPoint<'images', 'probabilities'>>;

/** @param batchSizes how many images it is given at a time: a graph has its numbers fixed. */
export async function createPredictor(
  tf: TensorFlow,
  mode: ExecutionMode,
  model: LayersModel,
  { batchSizes, ...size }: ImageSize & { readonly batchSizes: readonly number[] },
): Promise<Predictor> {
  if (mode === 'eager') return createEagerPredictor(tf, model, size);
  // The weights never change here. As constants they let TensorFlow prepare more beforehand: a fifth less time a batch.
  const program = createProgram(tf);
  const entries = addPrediction(tf, program, model, size, batchSizes);
  const session = await program.load();
  return {
    probabilities: (images, count) => predictBy(session, entries, images, count),
    dispose: () => session.dispose(),
  };
}

export function createEagerPredictor(tf: TensorFlow, model: LayersModel, { height, width }: ImageSize): Predictor {
  return {
    probabilities(images, count) {
      return tf.tidy(() => {
        const pixels = imagesToDevice(tf, images, [count, height, width, 3]);
        return probabilitiesOf(tf, model, pixels).dataSync<'float32'>();
      });
    },
    dispose() {},
  };
}

/** Adds an entry point for each number of images. */
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

export function predictBy(
  session: Session,
  entries: PredictionEntries,
  images: Uint8Array,
  count: number,
): Float32Array {
  const entry = entries.get(count);
  if (entry === undefined) throw new Error(`The graph was not traced for ${count} images at a time.`);
  return session.run(entry, { images }).probabilities as Float32Array;
}
