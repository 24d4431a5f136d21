import type { Cache } from '../cache/records.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { FileDigests } from '../fingerprint/file-digests.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { type ContentDifference, contentDifference } from './content-difference.ts';
import type { CompletedStage } from './events.ts';
import type { Lockfile } from './lockfile.ts';

/** An output whose content is not what the lockfile says. */
export interface Difference {
  readonly stage: string;
  readonly output: string;
  /** The file name of the output: `predictions.csv`. */
  readonly file: string;
  readonly expected: Digest;
  readonly found: Digest;
  /** Whether it was taken from the cache, and not made now. */
  readonly cached: boolean;
  /** Unknown where the expected content isn't in the cache: then only digests could be compared. */
  readonly first: ContentDifference | undefined;
}

/** In what the result of a stage is not the one that the lockfile names. */
export function differencesFromLock(
  lockfile: Lockfile,
  stage: PlannedStage,
  { outcome, outputs }: CompletedStage,
  cache: Cache,
  objects: FileDigests,
): Difference[] {
  const locked = lockfile.get(stage.name)?.outputs ?? {};
  return stage.outputs.flatMap(({ name, file }): Difference[] => {
    const [expected, found] = [locked[name], outputs[name]];
    if (expected === undefined || found === undefined || expected === found) return [];
    const [original, made] = [cache.locate(expected), cache.locate(found)];
    const known = original !== undefined && made !== undefined;
    const first = known ? contentDifference(original, made, objects) : undefined;
    return [{ stage: stage.name, output: name, file, expected, found, cached: outcome === 'cached', first }];
  });
}
