import type { ActionRecord } from '../cache/records.ts';
import type { LocalIndex } from '../cache/stores.ts';
import type { Services } from '../execute/services.ts';
import { type KnownKey, keysOf, possibleStages } from '../execute/survey.ts';
import { compareKeys } from '../fingerprint/compare-keys.ts';
import { describePackages } from '../fingerprint/compare-packages.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { Origin } from '../inspect/provenance.ts';
import type { Plan } from '../plan/plan.ts';

/** Returns how each record relates to the current pipeline. Records that belong to it come first. */
export async function originsOf(records: readonly ActionRecord[], services: Services): Promise<Origin[]> {
  const computedBy = new Set(records.map(({ provenance }) => provenance.stage));
  const named = services.plan.stages.map(({ name }) => name).filter((name) => computedBy.has(name));
  const keys = await keysOf(services, [...named, ...possibleStages(records, services)]);
  const makers = makersOf(records, keys, services.stores.index);
  const origins = records.map((record) => ({
    record,
    currentOf: [...keys].flatMap(([name, { key }]) => (key === record.key ? [name] : [])),
    changes: changesSince(record, keys.get(record.provenance.stage)?.record, services),
    sources: sourcesOf(record, makers, services.plan),
  }));
  return origins.sort((a, b) => Number(b.currentOf.length > 0) - Number(a.currentOf.length > 0));
}

/** Returns the records that have this content among their outputs, newest first. */
export function recordsOf(digest: Digest, index: LocalIndex): ActionRecord[] {
  return [...index.records()]
    .filter(({ outputs }) => Object.values(outputs).some((output) => output.digest === digest))
    .sort((a, b) => (a.provenance.finished < b.provenance.finished ? 1 : -1));
}

/** Maps content to the `stage.output` that has it: a current result or, failing that, an earlier one. */
function makersOf(
  records: readonly ActionRecord[],
  keys: ReadonlyMap<string, KnownKey>,
  index: LocalIndex,
): ReadonlyMap<Digest, string> {
  const makers = new Map<Digest, string>();
  for (const [stage, { record }] of keys) {
    for (const [output, { digest }] of Object.entries(record?.outputs ?? {})) {
      if (!makers.has(digest)) makers.set(digest, `${stage}.${output}`);
    }
  }
  if (records.every(({ document }) => Object.values(document.inputs).every((digest) => makers.has(digest))))
    return makers;
  for (const { outputs, provenance } of index.records()) {
    for (const [output, { digest }] of Object.entries(outputs)) {
      if (!makers.has(digest)) makers.set(digest, `${provenance.stage}.${output}`);
    }
  }
  return makers;
}

/** Maps each input to its source: `stage.output`, or the path that the pipeline file still gives. */
function sourcesOf(
  { document, provenance }: ActionRecord,
  makers: ReadonlyMap<Digest, string>,
  plan: Plan,
): Record<string, string> {
  const declared = plan.stages.find(({ name }) => name === provenance.stage)?.inputs;
  return Object.fromEntries(
    Object.entries(document.inputs).flatMap(([input, digest]) => {
      const source = declared?.get(input);
      const name = makers.get(digest) ?? (source?.kind === 'path' ? source.written : undefined);
      return name === undefined ? [] : [[input, name]];
    }),
  );
}

/** Returns what differs in the current result of the stage; empty if it has none, or the same one. */
function changesSince(
  record: ActionRecord,
  current: ActionRecord | undefined,
  { runtime, listings }: Pick<Services, 'runtime' | 'listings'>,
): string[] {
  if (current === undefined || current.key === record.key) return [];
  return compareKeys(
    { document: record.document, modules: record.provenance.modules },
    { document: current.document, modules: current.provenance.modules },
    current.provenance.module,
    { describePackage: describePackages(listings), labelOf: (name) => runtime.labelOf(name) },
  );
}
