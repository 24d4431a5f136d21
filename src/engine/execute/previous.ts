import type { ActionRecord } from '../cache/records.ts';
import { findResult, lastResult } from '../cache/results.ts';
import type { RecordedDocument } from '../fingerprint/action-key.ts';
import { canonicalJson } from '../fingerprint/digest.ts';
import type { Json } from '../plan/declaration.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { sourcesOf } from '../plan/sources.ts';
import type { RequestedPrevious } from './executor.ts';
import { type RootedPath, toRooted } from './roots.ts';
import type { Services } from './services.ts';
import type { StageKey } from './stage-key.ts';

type PreviousServices = Pick<Services, 'stores' | 'listings' | 'roots' | 'vouched'>;

/**
 * Returns the last complete result whose key differs only in its inputs, for a stage that declares `reuses`. Looking it
 * up marks it as used, so that no sweep deletes it meanwhile. A result that somebody else has computed is not reused:
 * the new one would then be this user's own, with content that this user has not computed.
 */
export async function findPrevious(
  stage: PlannedStage,
  key: StageKey,
  services: PreviousServices,
): Promise<RequestedPrevious | undefined> {
  if (stage.kind !== 'module' || !stage.reuses) return undefined;
  const wanted = allButInputs(key.document);
  const fits = (record: ActionRecord) => record.key !== key.key && allButInputs(record.document) === wanted;
  const last = await lastResult(services.stores, stage.name);
  const others = () =>
    [...services.stores.index.records()].filter((record) => record.key !== last?.key && fits(record));
  const previous =
    (last !== undefined && fits(last) ? await firstFound([last], services) : undefined) ??
    (await firstFound(others().sort(byAge), services));
  if (previous === undefined) return undefined;
  const outputs = Object.entries(previous.outputs).map(([name, { digest }]) => [name, digest] as const);
  return { outputs: Object.fromEntries(outputs), listings: await listingsOf(stage, key, services) };
}

async function firstFound(
  records: readonly ActionRecord[],
  { stores, vouched }: PreviousServices,
): Promise<ActionRecord | undefined> {
  for (const { key } of records) {
    const found = await findResult(stores, key);
    if (found !== undefined && !vouched.isForeign(key)) return found;
  }
  return undefined;
}

/** Compares by age, newest first. */
function byAge({ provenance: a }: ActionRecord, { provenance: b }: ActionRecord): number {
  return Date.parse(b.finished) - Date.parse(a.finished);
}

function allButInputs({ inputs: _, ...rest }: RecordedDocument): string {
  return canonicalJson(rest as unknown as Json);
}

/** Returns the listings of the inputs. Those of input paths exist since they were digested. */
async function listingsOf(
  stage: PlannedStage,
  { document }: StageKey,
  { stores, listings, roots }: PreviousServices,
): Promise<Record<string, RootedPath>> {
  const paths: Record<string, RootedPath> = {};
  for (const { name, from } of sourcesOf(stage)) {
    const digest = document.inputs[name];
    if (digest === undefined) continue;
    if (from.kind === 'artifact' && !listings.has(digest))
      await stores.contents.list(digest, { listings: listings.directory });
    paths[name] = toRooted(listings.pathOf(digest), roots);
  }
  return paths;
}
