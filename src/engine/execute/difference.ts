import type { ValueReader } from '../../shared/extensions/values.ts';
import type { Stores } from '../cache/stores.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { type ContentDifference, contentDifference, type LocatedTree } from './content-difference.ts';
import type { CompletedStage } from './events.ts';
import type { Difference } from './failure.ts';
import type { Lockfile } from './lockfile.ts';

/** Compares the outputs of a stage with the lockfile. Returns a difference for each output with another digest. */
export async function differencesFromLock(
  lockfile: Lockfile,
  stage: PlannedStage,
  { outcome, outputs }: CompletedStage,
  contents: Stores['contents'],
): Promise<Difference[]> {
  const locked = lockfile.get(stage.name)?.outputs ?? {};
  const differences: Difference[] = [];
  for (const { name, file } of stage.outputs) {
    const [expected, found] = [locked[name], outputs[name]];
    if (expected === undefined || found === undefined || expected === found) continue;
    const first = await firstDifference(expected, found, contents);
    differences.push({ stage: stage.name, output: name, file, expected, found, cached: outcome === 'cached', first });
  }
  return differences;
}

/** Adds to a difference how far the values differ, as far as both contents are available. */
export async function withValues(
  difference: Difference,
  contents: Stores['contents'],
  readers: readonly ValueReader[],
): Promise<Difference> {
  const [before, now] = [await locate(difference.expected, contents), await locate(difference.found, contents)];
  if (before === undefined || now === undefined) return difference;
  // Loaded on demand, since it loads readers of all kinds of files.
  const { compareContent } = await import('../values/compare-content.ts');
  return { ...difference, values: await compareContent(before, now, difference.file, readers) };
}

/** Returns nothing if one of the contents is no longer available, so that only digests can be compared. */
async function firstDifference(
  expected: Digest,
  found: Digest,
  contents: Stores['contents'],
): Promise<ContentDifference | undefined> {
  const [before, now] = [await locate(expected, contents), await locate(found, contents)];
  return before && now && contentDifference(before, now);
}

async function locate(digest: Digest, contents: Stores['contents']): Promise<LocatedTree | undefined> {
  const tree = await contents.list(digest);
  const path = await contents.materialize(digest);
  return tree === undefined || path === undefined ? undefined : { path, tree };
}
