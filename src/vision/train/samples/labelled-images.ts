import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import { pixelDifference } from '../../data/images/pixel-difference.ts';
import { openShards, type ShardSet } from '../../data/shards/shards.ts';
import { type Duplicates, findDuplicates, type ImageTraits } from '../../data/tables/duplicates.ts';
import { excludeQuarantined } from '../../data/tables/exclude-quarantined.ts';
import { readTargets, type Targets } from '../../data/tables/targets.ts';
import type { Split } from '../../data/tables/task.ts';

/** Images and their targets, checked to belong together. */
export interface LabelledImages {
  readonly shards: ShardSet;
  /** The targets, without the samples whose images were quarantined when the shards were made. */
  readonly targets: Targets;
  /** The number of those samples, by split. */
  readonly leftOut: Readonly<Record<Split, number>>;
}

const MAX_LISTED = 5;

/**
 * Opens shards and targets. The caller closes the shards.
 *
 * @param paths `shards` is a directory, `targets` a file.
 * @returns a problem if a file cannot be read, or if the shards lack an image of the targets that is not quarantined.
 */
export async function openLabelledImages(paths: {
  readonly shards: string;
  readonly targets: string;
}): Promise<Result<LabelledImages>> {
  const [shards, targets] = await Promise.all([openShards(paths.shards), readTargets(paths.targets)]);
  if (!shards.ok || !targets.ok) {
    if (shards.ok) await shards.value.close();
    return failure([...(shards.ok ? [] : shards.failure), ...(targets.ok ? [] : targets.failure)]);
  }
  const missing = missingImages(shards.value, targets.value);
  if (missing.length === 0)
    return success({ shards: shards.value, ...excludeQuarantined(targets.value, shards.value.quarantined) });
  await shards.value.close();
  return failure([missingImagesProblem(missing, paths)]);
}

function missingImages(shards: ShardSet, targets: Targets): readonly string[] {
  const files = Array.from({ length: targets.count }, (_, sample) => targets.file(sample));
  return [...new Set(files)].filter((file) => shards.rowOf(file) === undefined && !shards.quarantined.has(file));
}

function missingImagesProblem(
  missing: readonly string[],
  paths: { readonly shards: string; readonly targets: string },
): Problem {
  const shown = missing.slice(0, MAX_LISTED).map((file) => `"${file}"`);
  const more = missing.length > MAX_LISTED ? ` and ${missing.length - MAX_LISTED} more` : '';
  return {
    message: `the targets name images that the shards in ${paths.shards} do not contain: ${shown.join(', ')}${more}`,
    at: { file: paths.targets },
    advice: 'Make shards and targets from the same output "samples" of one ingest stage.',
  };
}

/**
 * Finds images of an evaluated split that are also in the training split: their accuracy does not measure generalization.
 *
 * @returns a problem if pixels cannot be read.
 */
export function duplicatesIn(
  { shards, targets }: LabelledImages,
  evaluated: Exclude<Split, 'train'> = 'validation',
): Promise<Result<Duplicates>> {
  const splits = new Map<string, ImageTraits['split']>();
  for (const sample of targets.samplesIn('train')) splits.set(targets.file(sample), 'train');
  for (const sample of targets.samplesIn(evaluated)) splits.set(targets.file(sample), 'validation');
  const images = Array.from(splits, ([file, split]) => {
    const { sha256, dhash } = shards.entry(shards.rowOf(file) ?? -1);
    return { file, split, sha256, dhash };
  });
  const pixels = new Uint8Array(2 * shards.height * shards.width * 3);
  return findDuplicates(images, async ({ validation, train }) => {
    const rows = [validation, train].map((file) => shards.rowOf(file) ?? -1);
    const read = await shards.readRows(rows, pixels);
    if (!read.ok) return read;
    return success(pixelDifference(pixels.subarray(0, pixels.length / 2), pixels.subarray(pixels.length / 2)));
  });
}
