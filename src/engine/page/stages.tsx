import type { JSX } from 'preact';
import { type Cell, DataTable } from '../../shared/page/data-table.tsx';
import { bytes, duration, figure } from '../../shared/text/format.ts';
import type { ReportedRun, ReportedStage } from './reported-run.ts';
import { RunGraph } from './run-graph.tsx';

/** The graph with the state of each stage, and the same as a table with the reasons. */
export async function stagesElement(reported: ReportedRun): Promise<JSX.Element> {
  const rows = reported.stages.map((stage) => [
    stage.name,
    <span class={`state ${stage.outcome}`}>{stage.outcome}</span>,
    { shown: stage.outcome === 'cached' ? '' : duration(stage.seconds), order: stage.seconds },
    ...usageCells(stage),
    reasonsOf(stage),
    { shown: bytes(sizeOf(stage)), order: sizeOf(stage) },
    Object.entries(stage.metrics)
      .slice(0, 4)
      .map(([name, value]) => `${name} ${figure(value)}`)
      .join(', '),
  ]);
  const columns = [
    { name: 'stage' },
    { name: 'state' },
    { name: 'time', numeric: true },
    { name: 'CPU time', numeric: true },
    { name: 'memory', numeric: true },
    { name: 'why' },
    { name: 'size', numeric: true },
    { name: 'metrics' },
  ];
  return (
    <>
      {await RunGraph(reported)}
      <DataTable caption="Stages, their states and why they ran" columns={columns} rows={rows} sortable />
    </>
  );
}

function reasonsOf({ outcome, reasons }: ReportedStage): string {
  return outcome === 'cached' ? 'nothing changed' : reasons.join('; ');
}

function usageCells({ usage }: ReportedStage): Cell[] {
  return [
    { shown: usage && duration(usage.cpuSeconds), order: usage?.cpuSeconds ?? 0 },
    { shown: usage && bytes(usage.peakMemory), order: usage?.peakMemory ?? 0 },
  ];
}

function sizeOf({ record }: ReportedStage): number {
  return Object.values(record?.outputs ?? {}).reduce((sum, output) => sum + output.bytes, 0);
}
