import type { Problem } from '../../../shared/problem.ts';
import { isObject } from '../../../shared/shapes.ts';
import { counted, quoted } from '../../../shared/wording.ts';
import { InvalidModuleCode, shown, tensorText } from '../../invalid-module-code.ts';
import type { TensorFlow } from '../../tensorflow/load.ts';
import type { Augmentation, Batch } from './augmentation.ts';

const RETURN_A_BATCH =
  'Return { pixels, targets } from its "apply": pixels of the shape and type that it was given, float32 ' +
  '[n, height, width, 3], and targets with a row for each image.';

/** What an augmentation did wrong. */
export class InvalidAugmentation extends InvalidModuleCode {
  constructor({ name }: Augmentation, did: string, advice: string) {
    super(`augmentation ${quoted(String(name))} ${did}`, advice);
  }
}

/** Returns problems if the code of a stage gave something else than augmentations. */
export function augmentationProblems(given: unknown): readonly Problem[] {
  const advice = 'Give a list of what affine(), mixup() and the others return, or of objects with "name" and "apply".';
  if (!Array.isArray(given)) return [{ message: `augmentations is ${shown(given)}, expected a list`, advice }];
  // Not `flatMap`, which leaves out holes.
  return Array.from(given, (each: unknown, index) => ({ each, index }))
    .filter(({ each }) => !isAugmentation(each))
    .map(({ each, index }) => ({ message: `augmentations[${index}] is ${shown(each)}, not an augmentation`, advice }));
}

/** A function is none, although it has a method `apply`. */
function isAugmentation(value: unknown): boolean {
  return isObject(value) && typeof value['apply'] === 'function';
}

/**
 * Checks what an augmentation made of a batch. Only shapes and types are compared, which are known while a step is traced.
 *
 * @throws an `InvalidAugmentation` if it is no batch of the same images.
 */
export function checkedBatch(tf: TensorFlow, augmentation: Augmentation, before: Batch, after: unknown): Batch {
  const wrong = isBatch(after) ? mismatch(tf, before, after) : `returned ${shown(after)}, expected { pixels, targets }`;
  if (wrong !== undefined) throw new InvalidAugmentation(augmentation, wrong, RETURN_A_BATCH);
  return after as Batch;
}

function isBatch(value: unknown): value is { readonly pixels: unknown; readonly targets: readonly unknown[] } {
  return isObject(value) && 'pixels' in value && Array.isArray(value['targets']);
}

function mismatch(
  tf: TensorFlow,
  before: Batch,
  { pixels, targets }: { readonly pixels: unknown; readonly targets: readonly unknown[] },
): string | undefined {
  if (pixels instanceof tf.Tensor && pixels.rank === 4 && pixels.shape[0] !== before.pixels.shape[0])
    return `returned ${counted(pixels.shape[0] ?? 0, 'image')} for ${before.pixels.shape[0]}`;
  const wrongPixels = tensorMismatch(tf, 'pixels', before.pixels, pixels);
  const [expected] = before.targets;
  // The preview has no targets.
  if (wrongPixels !== undefined || expected === undefined) return wrongPixels;
  if (targets.length === 0) return 'returned no targets';
  for (const each of targets) {
    const { target, weight } = Object(each);
    const wrong =
      tensorMismatch(tf, 'a target', expected.target, target) ??
      tensorMismatch(tf, 'a weight', expected.weight, weight);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function tensorMismatch(
  tf: TensorFlow,
  what: string,
  expected: Parameters<typeof tensorText>[0],
  value: unknown,
): string | undefined {
  const wanted = tensorText(expected);
  if (!(value instanceof tf.Tensor)) return `returned ${shown(value)} as ${what}, expected a tensor ${wanted}`;
  const got = tensorText(value);
  return got === wanted ? undefined : `returned ${what} of ${got}, expected ${wanted}`;
}
