import { relative } from 'node:path';
import type { ActionRecord } from '../cache/records.ts';
import type { LastFailure } from '../cache/stores.ts';
import { compareKeys } from '../fingerprint/compare-keys.ts';
import { compareListings } from '../fingerprint/compare-listings.ts';
import { describePackages } from '../fingerprint/compare-packages.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { FileList } from '../fingerprint/file-list.ts';
import type { Tree } from '../fingerprint/tree.ts';
import { type Plan, type PlannedStage, writtenIn } from '../plan/plan.ts';
import { inputOf, type Source, sourcesOf } from '../plan/sources.ts';
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
  if (services.vouched.isRefused(key))
    return ['the cache has another result under its key than a lockfile of the project'];
  const { history } = services.stores;
  const failure = history.lastFailure(stage.name);
  if (last === undefined) return [reasonWithoutRecord(key, history.lastKey(stage.name), failure)];
  if (last.key === key) return ['its result in the cache is incomplete or corrupted'];
  const reasons = reasonsSince(last, stage, { document, open: [] }, services);
  // A failure under another key says nothing about this one.
  const failed = failure?.key === key ? [failureText(failure)] : [];
  return reasons.length > 0 ? [...reasons, ...failed] : ['its result is not in the cache', ...failed];
}

function failureText({ run, how }: LastFailure): string {
  return how === 'killed' ? `it was running when run ${run} was killed` : `it failed in run ${run}`;
}

/** Explains why a stage runs of whose last result there is no valid record. */
function reasonWithoutRecord(key: ActionKey, last: ActionKey | undefined, failure: LastFailure | undefined): string {
  if (last === key) return 'the record of its result in the cache is missing or corrupted';
  if (last !== undefined) return 'the record of its last result in the cache is missing or corrupted';
  return failure === undefined ? 'it has not run yet' : `${failureText(failure)}, and has no result yet`;
}

/** Describes what changed since `last`, as far as it is known without running upstream stages. */
export function reasonsSince(
  last: ActionRecord,
  stage: PlannedStage,
  { document, open }: KnownParts,
  services: ReasonServices,
): string[] {
  const sources = new Map(sourcesOf(stage).map((source) => [source.name, source]));
  const unknown = collectedFromOpen(sources.values(), services.plan);
  const isKnown = (name: string) => !open.includes(name) && !unknown.has(inputOf(name));
  const inputs = Object.fromEntries(Object.entries(last.document.inputs).filter(([name]) => isKnown(name)));
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

/** Returns the inputs that collect the outputs of instances which are not known yet. */
function collectedFromOpen(sources: Iterable<Source>, { stages, lists }: Plan): ReadonlySet<string> {
  if (lists.length === 0) return new Set();
  const open = new Set(stages.flatMap(({ name, isOpen }) => (isOpen ? [name] : [])));
  return new Set(
    [...sources].flatMap(({ input, from }) => (from.kind === 'artifact' && open.has(from.stage) ? [input] : [])),
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
