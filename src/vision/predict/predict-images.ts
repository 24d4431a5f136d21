import path from 'node:path';
import { Readable } from 'node:stream';
import type { Progress } from '../../index.ts';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { usableCores } from '../../shared/usable-cores.ts';
import { checkImage, type DecodedImage, decodeImage } from '../data/images/decode.ts';
import { imageReader } from '../data/images/image-file.ts';
import { type OnBadImage, QUARANTINE_ADVICE } from '../data/images/load-image.ts';
import { limitProblems } from '../data/labels/limit-problems.ts';
import type { Ensemble } from './ensemble.ts';

export interface PredictImagesOptions {
  readonly ensemble: Ensemble;
  /** The folder that the paths of the images are relative to. */
  readonly root: string;
  readonly batchSize: number;
  /** Whether an image that cannot be decoded is a failure, or is left out. */
  readonly onBadImage: OnBadImage;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** float32 `[all columns]`: the outputs of all heads for an image; or why it cannot be decoded. */
export type PredictedImage = Result<Float32Array>;

/**
 * Checks images without decoding them, so that most broken ones are found before any time is spent on the others.
 *
 * @returns the problems of the images.
 */
export async function checkImages(
  files: Iterable<string>,
  { root, signal }: Pick<PredictImagesOptions, 'root' | 'signal'>,
): Promise<readonly Problem[]> {
  const withImage = imagesIn(root);
  const checked = Readable.from(new Set(files)).map((file: string) => withImage(file, checkImage), {
    concurrency,
    signal,
  });
  const problems: Problem[] = [];
  for await (const result of checked as AsyncIterable<Result<void>>) if (!result.ok) problems.push(...result.failure);
  return badImageProblems(problems);
}

// More images in flight than cores, so that images are decoded while the model runs.
const concurrency = Math.max(4, 2 * usableCores());

/**
 * Decodes images and runs the models on them, batch by batch; what it keeps in memory does not grow with the number of
 * images. Yields the predictions of each batch, in the order of the images. A failure, the problems of the first batch
 * with broken images unless these are left out, is the last item.
 *
 * @throws the signal's reason if it is aborted.
 */
export async function* predictImages(
  files: readonly string[],
  options: PredictImagesOptions,
): AsyncGenerator<Result<readonly PredictedImage[]>, void, undefined> {
  const { ensemble, root, batchSize, onBadImage, signal, onProgress } = options;
  const withImage = imagesIn(root);
  const decode = (file: string) => withImage(file, (bytes) => decodeForAll(bytes, ensemble));
  const images: AsyncIterable<Result<readonly DecodedImage[]>> = Readable.from(files).map(decode, {
    concurrency,
    signal,
  });
  let waiting: Result<readonly DecodedImage[]>[] = [];
  let done = 0;
  for await (const image of images) {
    waiting.push(image);
    if (waiting.length < batchSize && done + waiting.length < files.length) continue;
    const broken = waiting.flatMap((each) => (each.ok ? [] : each.failure));
    if (broken.length > 0 && onBadImage === 'fail') return yield failure(badImageProblems(broken));
    yield success(await predictBatch(ensemble, waiting));
    done += waiting.length;
    waiting = [];
    onProgress({ done, total: files.length, unit: 'images' });
  }
}

async function decodeForAll(bytes: Buffer, { sizes }: Ensemble): Promise<Result<readonly DecodedImage[]>> {
  const decoded: DecodedImage[] = [];
  for (const size of sizes) {
    const image = await decodeImage(bytes, size);
    if (!image.ok) return image;
    decoded.push(image.value);
  }
  return success(decoded);
}

/** Returns a function that reads an image of a folder and passes its bytes to `use`. */
function imagesIn(root: string) {
  const read = imageReader(root);
  return async <Value>(file: string, use: (bytes: Buffer) => Promise<Result<Value>>): Promise<Result<Value>> => {
    const source = await read(file);
    if (!source.ok) return source;
    const result = await use(source.value);
    // The decoder knows only the bytes.
    return result.ok
      ? result
      : failure(result.failure.map((found) => ({ ...found, at: { file: path.join(root, file) } })));
  };
}

/** Returns the problems of images, each image once, and adds that such images can be excluded. */
export function badImageProblems(problems: readonly Problem[]): readonly Problem[] {
  const distinct = new Map(problems.map((found) => [found.at?.file, found]));
  return limitProblems(
    [...distinct.values()].map((found) => ({ ...found, advice: `${found.advice ?? ''} ${QUARANTINE_ADVICE}`.trim() })),
    'images like these',
  );
}

async function predictBatch(
  ensemble: Ensemble,
  images: readonly Result<readonly DecodedImage[]>[],
): Promise<PredictedImage[]> {
  const { totalColumns } = ensemble.layout;
  const batches = ensemble.sizes.map(({ height, width }, size) => {
    // A broken image keeps its place.
    const blank = new Uint8Array(height * width * 3);
    return Buffer.concat(images.map((image) => (image.ok ? (image.value[size]?.pixels ?? blank) : blank)));
  });
  const outputs = await ensemble.predict(batches, images.length);
  return images.map((image, row) =>
    image.ok ? success(outputs.slice(row * totalColumns, (row + 1) * totalColumns)) : image,
  );
}
