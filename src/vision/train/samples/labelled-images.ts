import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import { openShards, type ShardSet } from '../../data/shards/shards.ts';
import { type Duplicates, findDuplicates } from '../../data/tables/duplicates.ts';
import { excludeQuarantined } from '../../data/tables/exclude-quarantined.ts';
import { readTargets, type Targets } from '../../data/tables/targets.ts';
import type { Split } from '../../data/tables/task.ts';

/** Images and what is to be learnt from them, checked to belong together. */
export interface LabelledImages {
  readonly shards: ShardSet;
  /** Without the samples whose images were put aside when the shards were made. */
  readonly targets: Targets;
  /** How many those are. */
  readonly leftOut: Readonly<Record<Split, number>>;
}

const LISTED = 5;

/**
 * Opens shards and targets. Every sample must have its image, unless that was put aside; the caller closes the shards.
 *
 * @param paths `shards` a directory, `targets` a file.
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
  return failure([lackOfImages(missing, paths)]);
}

function missingImages(shards: ShardSet, targets: Targets): readonly string[] {
  const files = Array.from({ length: targets.count }, (_, sample) => targets.file(sample));
  return [...new Set(files)].filter((file) => shards.rowOf(file) === undefined && !shards.quarantined.has(file));
}

function lackOfImages(
  missing: readonly string[],
  paths: { readonly shards: string; readonly targets: string },
): Problem {
  const shown = missing.slice(0, LISTED).map((file) => `«${file}»`);
  const more = missing.length > LISTED ? ` and ${missing.length - LISTED} more` : '';
  return {
    message: `the shards in ${paths.shards} lack images that the targets name: ${shown.join(', ')}${more}`,
    at: { file: paths.targets },
    advice: 'Make shards and targets from the same samples: both have to come from one run of the ingest stage.',
  };
}

/** Images of the validation split that are in the training split, too: what they score says little of new images. */
export function duplicatesIn({ shards, targets }: LabelledImages): Duplicates {
  const splits = new Map<string, Split>();
  for (const split of ['train', 'validation'] as const)
    for (const sample of targets.samplesIn(split)) splits.set(targets.file(sample), split);
  const images = Array.from(splits, ([file, split]) => {
    const { sha256, dhash } = shards.entry(shards.rowOf(file) ?? -1);
    return { file, split, sha256, dhash };
  });
  return findDuplicates(images);
}
