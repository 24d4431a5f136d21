import { statSync } from 'node:fs';
import type { PlannedStage } from '../plan/plan.ts';
import { sourcesOf } from '../plan/sources.ts';
import type { Services } from './services.ts';
import type { StageKey } from './stage-key.ts';

/** Keeps listings of the input directories of a stage, to explain later what changed in them. */
export async function keepListings(
  stage: PlannedStage,
  { document }: StageKey,
  { listings, paths }: Pick<Services, 'listings' | 'paths'>,
): Promise<void> {
  for (const { name, from } of sourcesOf(stage)) {
    const digest = document.inputs[name];
    // Usually the listing was kept when the directory was digested.
    if (from.kind !== 'path' || digest === undefined || listings.has(digest)) continue;
    // A single file has none, and to list it is to read it.
    if (!statSync(from.path, { throwIfNoEntry: false })?.isDirectory()) continue;
    await paths.list(from.path, { filter: from, listings: listings.directory });
  }
}
