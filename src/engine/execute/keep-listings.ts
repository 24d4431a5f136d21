import type { PlannedStage } from '../plan/plan.ts';
import { sourcesOf } from '../plan/sources.ts';
import type { Services } from './services.ts';
import type { StageKey } from './stage-key.ts';

/** Keeps what is in the directories from outside that a stage reads, to say later what changed in them. */
export function keepListings(
  stage: PlannedStage,
  { document }: StageKey,
  { listings, paths }: Pick<Services, 'listings' | 'paths'>,
): void {
  for (const { name, from } of sourcesOf(stage)) {
    const digest = document.inputs[name];
    // Mostly it was kept by whoever digested the tree.
    if (from.kind !== 'path' || digest === undefined || listings.has(digest)) continue;
    const tree = paths.list(from);
    if (tree?.digest === digest) listings.keep(tree);
  }
}
