import { relative } from 'node:path';
import type { ActionRecord } from '../cache/records.ts';
import type { LastFailure } from '../cache/stores.ts';
import { compareKeys } from '../fingerprint/compare-keys.ts';
import { compareListings } from '../fingerprint/compare-listings.ts';
import { describePackages } from '../fingerprint/compare-packages.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { FileList } from '../fingerprint/file-list.ts';
import type { Tree } from '../fingerprint/tree.ts';
import { type PlannedStage, writtenIn } from '../plan/plan.ts';
import { type Source, sourcesOf } from '../plan/sources.ts';
import type { Services } from './services.ts';
import { type KnownParts, modulesOf, type StageKey } from './stage-key.ts';

export type ReasonServices = Pick<Services, 'plan' | 'codes' | 'listings' | 'paths' | 'runtime' | 'vouched'> & {
  readonly stores: Pick<Services['stores'], 'index' | 'history'>;
};

/** Explains why a stage whose key has no complete result runs, by comparison with its last result. */
export function reasonsToRun(
  stage: PlannedStage,
  { key, document }: StageKey,
  last: ActionRecord | undefined,
  services: ReasonServices,
): string[] {
  if (services.vouched.isRefused(key)) return ['the cache has another result under its key than pipeline.lock'];
  const failure = services.stores.history.lastFailure(stage.name);
  if (last === undefined)
    return [failure === undefined ? 'it has not run yet' : `${failureText(failure)}, and has no result yet`];
  if (last.key === key) return ['its result in the cache is incomplete or corrupted'];
  const reasons = reasonsSince(last, stage, { document, open: [] }, services);
  // A failure under another key says nothing about this one.
  const failed = failure?.key === key ? [failureText(failure)] : [];
  return reasons.length > 0 ? [...reasons, ...failed] : ['its result is not in the cache', ...failed];
}

function failureText({ run, how }: LastFailure): string {
  return how === 'killed' ? `it was running when run ${run} was killed` : `it failed in run ${run}`;
}

/** Describes what changed since `last`, as far as it is known without running upstream stages. */
export function reasonsSince(
  last: ActionRecord,
  stage: PlannedStage,
  { document, open }: KnownParts,
  services: ReasonServices,
): string[] {
  const inputs = Object.fromEntries(Object.entries(last.document.inputs).filter(([name]) => !open.includes(name)));
  const sources = new Map(sourcesOf(stage).map((source) => [source.name, source]));
  return compareKeys(
    { document: { ...last.document, inputs }, modules: last.provenance.modules },
    { document, modules: modulesOf(stage, services) },
    nameOfProgram(stage, services.plan.root),
    {
      describeInput: (name, before, now) => describeInput(sources.get(name), before, now, services),
      describePackage: describePackages(services.listings),
      labelOf: (name) => services.runtime.labelOf(name),
    },
  );
}

/** Returns the module of a stage as `modules` of its record names it, or its command. */
export function nameOfProgram(stage: PlannedStage, root: string): string {
  return stage.kind === 'module' ? relative(root, stage.module.path) : writtenIn(stage);
}

/** Describes a changed input: `2 files changed, 1 new: a.jpg, …`, with the stage that produced it, if any. */
function describeInput(source: Source | undefined, before: Digest, now: Digest, services: ReasonServices): string {
  const from = source?.from;
  const [was, is] = [keptListing(before, services), from && listingNow(from, now, services)];
  const words = was === undefined || is === undefined ? 'changed' : compareListings(was, is);
  return from?.kind === 'artifact' ? `${words} (from ${from.stage})` : words;
}

function listingNow(from: Source['from'], digest: Digest, services: ReasonServices): FileList | undefined {
  const kept = keptListing(digest, services);
  return kept !== undefined || from.kind === 'artifact'
    ? kept
    : directoryListing(services.paths.listed(from.path, from));
}

/** Returns the kept listing of an input directory, or the listing of an artifact in the cache. */
function keptListing(digest: Digest, { listings, stores }: ReasonServices): FileList | undefined {
  return listings.find(digest) ?? directoryListing(stores.index.treeOf(digest));
}

function directoryListing(tree: Tree | undefined): FileList | undefined {
  return tree?.kind === 'directory' ? tree.files : undefined;
}
