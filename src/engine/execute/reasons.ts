import { relative } from 'node:path';
import type { ActionRecord } from '../cache/records.ts';
import { compareKeys } from '../fingerprint/compare-keys.ts';
import { compareListings } from '../fingerprint/compare-listings.ts';
import type { Digest } from '../fingerprint/digest.ts';
import { type Listing, toListing } from '../fingerprint/listings.ts';
import { digestTree } from '../fingerprint/tree.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { type Source, sourcesOf } from '../plan/sources.ts';
import type { Services } from './services.ts';
import { codeOf, type KnownParts, type StageKey } from './stage-key.ts';

/** Why a stage whose key has no whole record runs, compared with the last result under its name. */
export function reasonsToRun(
  stage: PlannedStage,
  { key, document }: StageKey,
  last: ActionRecord | undefined,
  services: Services,
): string[] {
  if (last === undefined) return ['it has not run yet'];
  if (last.key === key) return ['its result is no longer whole in the cache'];
  const reasons = reasonsSince(last, stage, { document, open: [] }, services);
  return reasons.length > 0 ? reasons : ['its result is not in the cache'];
}

/** What of a stage is other than it was for `last`, as far as it is known without the stages that would run before it. */
export function reasonsSince(
  last: ActionRecord,
  stage: PlannedStage,
  { document, open }: KnownParts,
  services: Services,
): string[] {
  const inputs = Object.fromEntries(Object.entries(last.document.inputs).filter(([name]) => !open.includes(name)));
  const sources = new Map(sourcesOf(stage).map((source) => [source.name, source]));
  return compareKeys(
    { document: { ...last.document, inputs }, modules: last.provenance.modules },
    { document, modules: codeOf(stage, services).modules },
    relative(services.plan.root, stage.module.path),
    {
      describeInput: (name, before, now) => describeInput(sources.get(name), before, now, services),
      labelOf: (name) => services.runtime.labelOf(name),
    },
  );
}

/** «2 files changed, 1 new: a.jpg, …», and which stage made it if one did. */
function describeInput(source: Source | undefined, before: Digest, now: Digest, services: Services): string {
  const from = source?.from;
  const [was, is] = [keptListing(before, services), from && listingNow(source, now, services)];
  const words = was === undefined || is === undefined ? 'changed' : compareListings(was, is);
  return from?.kind === 'artifact' ? `${words} (from ${from.stage})` : words;
}

function listingNow({ from }: Source, digest: Digest, services: Services): Listing | undefined {
  const kept = keptListing(digest, services);
  if (kept !== undefined || from.kind === 'artifact') return kept;
  const tree = digestTree(from.path, services.files.inputs, from);
  return tree.ok && tree.value.kind === 'directory' ? toListing(tree.value) : undefined;
}

function keptListing(digest: Digest, services: Services): Listing | undefined {
  return services.listings.find(digest) ?? objectListing(digest, services);
}

/** Of a directory in the cache whose files are known: nothing is read again only to say what changed. */
function objectListing(digest: Digest, { cache, trees, files }: Services): Listing | undefined {
  const path = cache.locate(digest);
  if (path === undefined || !trees.check(path).ok) return undefined;
  const tree = digestTree(path, files.objects);
  return tree.ok && tree.value.kind === 'directory' ? toListing(tree.value) : undefined;
}
