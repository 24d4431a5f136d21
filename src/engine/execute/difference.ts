import type { Stores } from '../cache/stores.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { type ContentDifference, contentDifference } from './content-difference.ts';
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

/** Returns nothing if one of the contents is no longer available, so that only digests can be compared. */
async function firstDifference(
  expected: Digest,
  found: Digest,
  contents: Stores['contents'],
): Promise<ContentDifference | undefined> {
  const [before, now] = [await contents.list(expected), await contents.list(found)];
  const [original, made] = [await contents.materialize(expected), await contents.materialize(found)];
  if (before === undefined || now === undefined || original === undefined || made === undefined) return undefined;
  return contentDifference({ path: original, tree: before }, { path: made, tree: now });
}
