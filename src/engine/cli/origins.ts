import type { ActionRecord } from '../cache/records.ts';
import type { LocalIndex } from '../cache/stores.ts';
import type { Services } from '../execute/services.ts';
import { type KnownKey, keysOf, possibleStages } from '../execute/survey.ts';
import { compareKeys } from '../fingerprint/compare-keys.ts';
import { describePackages } from '../fingerprint/compare-packages.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { Origin } from '../inspect/provenance.ts';
import type { Plan } from '../plan/plan.ts';
import { sourcesOf as sourcesIn } from '../plan/sources.ts';

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
    sources: sourcesOf(record, { makers, keys, plan: services.plan }),
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

/**
 * Maps each input to its source: `stage.output`, or a path. The pipeline file decides where it fits the content, since two
 * stages may write the same content.
 */
function sourcesOf(
  { document, provenance }: ActionRecord,
  known: {
    readonly makers: ReadonlyMap<Digest, string>;
    readonly keys: ReadonlyMap<string, KnownKey>;
    readonly plan: Plan;
  },
): Record<string, string> {
  const { makers, keys, plan } = known;
  const stage = plan.stages.find(({ name }) => name === provenance.stage);
  const declared = new Map(stage === undefined ? [] : sourcesIn(stage).map(({ name, from }) => [name, from]));
  return Object.fromEntries(
    Object.entries(document.inputs).flatMap(([input, digest]) => {
      const source = declared.get(input);
      if (source?.kind === 'path') return [[input, source.written]];
      const current = source && keys.get(source.stage)?.record?.outputs[source.output]?.digest;
      const name = source !== undefined && current === digest ? `${source.stage}.${source.output}` : makers.get(digest);
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
