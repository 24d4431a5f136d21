import type { ActionRecord } from '../cache/records.ts';
import { findResult } from '../cache/results.ts';
import type { LocalIndex } from '../cache/stores.ts';
import type { CompletedStage, StageResult } from '../execute/events.ts';
import type { Services } from '../execute/services.ts';
import { survey } from '../execute/survey.ts';
import { compareKeys } from '../fingerprint/compare-keys.ts';
import { describePackages } from '../fingerprint/compare-packages.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { Origin } from '../inspect/provenance.ts';
import type { Plan } from '../plan/plan.ts';

/** Returns how each record relates to the current pipeline. Records that belong to it come first. */
export async function originsOf(records: readonly ActionRecord[], services: Services): Promise<Origin[]> {
  const results = await survey(
    services,
    services.plan.stages.map(({ name }) => name),
  );
  const makers = makersOf(records, results, services.stores.index);
  const origins: Origin[] = [];
  for (const record of records) {
    const current = [...results.values()].filter((result) => completed(result)?.key === record.key);
    origins.push({
      record,
      currentOf: current.map(({ name }) => name),
      changes: await changesSince(record, results.get(record.provenance.stage), services),
      sources: sourcesOf(record, makers, services.plan),
    });
  }
  return origins.sort((a, b) => Number(b.currentOf.length > 0) - Number(a.currentOf.length > 0));
}

/** Returns the records that have this content among their outputs, newest first. */
export function recordsOf(digest: Digest, index: LocalIndex): ActionRecord[] {
  return [...index.records()]
    .filter(({ outputs }) => Object.values(outputs).some((output) => output.digest === digest))
    .sort((a, b) => (a.provenance.finished < b.provenance.finished ? 1 : -1));
}

function completed(result: StageResult | undefined): CompletedStage | undefined {
  return result?.outcome === 'cached' || result?.outcome === 'ran' ? result : undefined;
}

/** Maps content to the `stage.output` that has it: a current result or, failing that, an earlier one. */
function makersOf(
  records: readonly ActionRecord[],
  results: ReadonlyMap<string, StageResult>,
  index: LocalIndex,
): ReadonlyMap<Digest, string> {
  const makers = new Map<Digest, string>();
  for (const result of results.values()) {
    for (const [output, digest] of Object.entries(completed(result)?.outputs ?? {})) {
      if (!makers.has(digest)) makers.set(digest, `${result.name}.${output}`);
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
async function changesSince(
  record: ActionRecord,
  result: StageResult | undefined,
  { stores, runtime, listings }: Pick<Services, 'stores' | 'runtime' | 'listings'>,
): Promise<string[]> {
  const now = completed(result);
  const current = now === undefined || now.key === record.key ? undefined : await findResult(stores, now.key);
  if (current === undefined) return [];
  return compareKeys(
    { document: record.document, modules: record.provenance.modules },
    { document: current.document, modules: current.provenance.modules },
    current.provenance.module,
    { describePackage: describePackages(listings), labelOf: (name) => runtime.labelOf(name) },
  );
}
