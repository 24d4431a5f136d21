import type { ActionRecord, StageOutcomeRecord } from '../cache/records.ts';
import { readDocument } from '../fingerprint/action-key.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { sourcesOf } from '../plan/sources.ts';

/** An arrow of the graph: an output of a stage that another one reads. */
export interface ReportedEdge {
  readonly from: string;
  readonly output: string;
  readonly to: string;
}

/** A stage of a run, with its record if that is still in the cache. */
interface RunStage extends Pick<StageOutcomeRecord, 'name' | 'outputs'> {
  readonly record: ActionRecord | undefined;
}

/**
 * Returns which stage of a run read from which. The pipeline as it is now says so, as far as it fits to what the run read:
 * a record has the digests of its inputs, and two stages may write the same content. Otherwise the content decides.
 */
export function edgesBetween(stages: readonly RunStage[], planned: readonly PlannedStage[]): readonly ReportedEdge[] {
  const outputs = new Map(stages.map((stage) => [stage.name, stage.outputs]));
  const declared = new Map(planned.map((stage) => [stage.name, stage]));
  return stages.flatMap((stage) => {
    const { name: to, record } = stage;
    const read = record && new Set(Object.values(readDocument(record.document).inputs));
    const known = declared.get(to);
    const edges = known === undefined ? [] : declaredEdges(known).filter(({ from }) => outputs.has(from));
    const digests = edges.map(({ from, output }) => outputs.get(from)?.[output]);
    if (
      read === undefined ||
      (known !== undefined && digests.every((digest) => digest !== undefined && read.has(digest)))
    )
      return edges;
    return edgesByContent(to, read, stages);
  });
}

function declaredEdges(stage: PlannedStage): readonly ReportedEdge[] {
  return sourcesOf(stage).flatMap(({ from }) =>
    from.kind === 'artifact' ? [{ from: from.stage, output: from.output, to: stage.name }] : [],
  );
}

function edgesByContent(to: string, read: ReadonlySet<string>, stages: readonly RunStage[]): readonly ReportedEdge[] {
  const edges = new Map<string, ReportedEdge>();
  for (const { name: from, outputs } of stages) {
    if (from === to) continue;
    for (const [output, digest] of Object.entries(outputs))
      if (read.has(digest) && !edges.has(digest)) edges.set(digest, { from, output, to });
  }
  return [...edges.values()];
}
