import type { ActionRecord } from '../cache/records.ts';
import type { RecordedDocument } from '../fingerprint/action-key.ts';
import { canonicalJson } from '../fingerprint/digest.ts';
import { LinkedFiles } from '../fingerprint/linked-files.ts';
import { digestTree } from '../fingerprint/tree.ts';
import type { Json } from '../plan/declaration.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { sourcesOf } from '../plan/sources.ts';
import type { PreviousPaths } from './protocol.ts';
import type { Services } from './services.ts';
import type { StageKey } from './stage-key.ts';

/** An earlier result of a stage that may take parts from it, and what may be linked into the new one. */
export interface Previous {
  readonly paths: PreviousPaths;
  readonly links: LinkedFiles;
}

/**
 * The last result that differs from what is wanted in nothing but the inputs, if it is still whole. What is looked up
 * counts as used, so that no sweep takes it away meanwhile.
 */
export function findPrevious(stage: PlannedStage, key: StageKey, services: Services): Previous | undefined {
  if (!stage.reuses) return undefined;
  const { cache, files, trees } = services;
  for (const { key: earlier, outputs } of candidates(stage, key, services)) {
    if (cache.find(earlier) === undefined) continue;
    const paths = Object.fromEntries(
      Object.entries(outputs).flatMap(([name, { digest }]) => {
        const path = cache.locate(digest);
        return path === undefined ? [] : [[name, path] as const];
      }),
    );
    if (Object.keys(paths).length < Object.keys(outputs).length) continue;
    const links = new LinkedFiles(Object.values(paths), files.objects, trees);
    return { paths: { outputs: paths, listings: listingsOf(stage, key, services) }, links };
  }
  return undefined;
}

/** The last result that was used, and then all others, the newest first. */
function* candidates(
  stage: PlannedStage,
  { key, document }: StageKey,
  { cache }: Services,
): Generator<ActionRecord, void, undefined> {
  const wanted = allButInputs(document);
  const fits = (record: ActionRecord) => record.key !== key && allButInputs(record.document) === wanted;
  const last = cache.lastOf(stage.name);
  if (last !== undefined && fits(last)) yield last;
  yield* [...cache.records()].filter((record) => record.key !== last?.key && fits(record)).sort(byAge);
}

function byAge({ provenance: a }: ActionRecord, { provenance: b }: ActionRecord): number {
  return Date.parse(b.finished) - Date.parse(a.finished);
}

function allButInputs({ inputs: _, ...rest }: RecordedDocument): string {
  return canonicalJson(rest as unknown as Json);
}

/** Of what comes from outside there is a listing since it was digested. */
function listingsOf(stage: PlannedStage, { document }: StageKey, services: Services): Record<string, string> {
  const { cache, files, listings } = services;
  const paths: Record<string, string> = {};
  for (const { name, from } of sourcesOf(stage)) {
    const digest = document.inputs[name];
    if (digest === undefined) continue;
    const artifact = from.kind === 'artifact' && !listings.has(digest) ? cache.locate(digest) : undefined;
    const tree = artifact === undefined ? undefined : digestTree(artifact, files.objects);
    if (tree?.ok) listings.keep(tree.value);
    paths[name] = listings.pathOf(digest);
  }
  return paths;
}
