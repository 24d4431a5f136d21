import type { ReportArtifact } from '../../shared/extensions/report.ts';
import type { RunHistory } from '../cache/history/run-history.ts';
import type { ActionRecord, RunRecord, StageOutcomeRecord } from '../cache/records.ts';
import { findResultOfRun } from '../cache/results.ts';
import type { Stores } from '../cache/stores.ts';
import type { Plan } from '../plan/plan.ts';
import { edgesBetween, type ReportedEdge } from './run-edges.ts';

/** A stage of a run, with its record as far as that is still in the cache. */
export interface ReportedStage extends StageOutcomeRecord {
  readonly record: ActionRecord | undefined;
  /** Whether this run computed the result. */
  readonly isOwn: boolean;
}

/** A past run, with what is still in the cache of it. */
export interface ReportedRun {
  readonly run: RunRecord;
  /** The run that it is compared with: by default the one before it. */
  readonly baseline: RunRecord | undefined;
  readonly stages: readonly ReportedStage[];
  readonly edges: readonly ReportedEdge[];
  readonly artifacts: readonly ReportArtifact[];
}

/** Reads what is still in the cache of a run. */
export async function reportedRun(
  run: RunRecord,
  baseline: RunRecord | undefined,
  { stores, plan }: { readonly stores: Pick<Stores, 'actions' | 'contents'>; readonly plan: Plan },
): Promise<ReportedRun> {
  const stages: ReportedStage[] = [];
  const artifacts: ReportArtifact[] = [];
  for (const stage of run.stages) {
    const record = await findResultOfRun(stores, stage);
    stages.push({ ...stage, record, isOwn: record?.provenance.run === run.run });
    for (const [output, { digest, file, kind }] of Object.entries(record?.outputs ?? {})) {
      const path = await stores.contents.materialize(digest);
      if (path !== undefined) artifacts.push({ stage: stage.name, output, file, kind, path });
    }
  }
  return { run, baseline, stages, edges: edgesBetween(stages, plan.stages), artifacts };
}

/** Returns the last complete run of the same pipeline before a run. */
export function runBefore(run: RunRecord, history: RunHistory): RunRecord | undefined {
  for (const id of history.ids()) {
    if (id >= run.run) continue;
    const earlier = history.read(id);
    if (earlier?.ok && earlier.pipeline === run.pipeline && earlier.project === run.project) return earlier;
  }
  return undefined;
}
