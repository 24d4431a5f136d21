import type { JSX } from 'preact';
import type { Json } from '../../shared/json.ts';
import { DataTable } from '../../shared/page/data-table.tsx';
import { changedParams, compareRuns, type Pair } from '../cache/history/compare-runs.ts';
import type { ReportedRun } from './reported-run.ts';

/** The params of the stages, those first that differ from the run before. */
export function paramsElement({ run, baseline, stages }: ReportedRun): JSX.Element {
  const changes = baseline === undefined ? [] : compareRuns(baseline, run);
  const changed = changes.flatMap(({ stage, params = {} }) =>
    Object.entries(params).map(([name, { before, now }]) => [stage, name, text(before), text(now)]),
  );
  const all = stages.flatMap(({ name: stage, params = {} }) =>
    Object.entries(changedParams({}, params)).map(([name, { now }]: [string, Pair<Json>]) => [stage, name, text(now)]),
  );
  return (
    <>
      {baseline === undefined ? (
        <p>There is no earlier run to compare with.</p>
      ) : changed.length === 0 ? (
        <p>No param differs from run {baseline.run}.</p>
      ) : (
        <DataTable
          caption={`Params that differ from run ${baseline.run}`}
          columns={[{ name: 'stage' }, { name: 'param' }, { name: 'before' }, { name: 'now' }]}
          rows={changed}
        />
      )}
      <details>
        <summary>All {all.length} params</summary>
        <DataTable
          caption="Params of all stages"
          columns={[{ name: 'stage' }, { name: 'param' }, { name: 'value' }]}
          rows={all}
          sortable
        />
      </details>
    </>
  );
}

function text(value: Json | undefined): string {
  return value === undefined ? '' : JSON.stringify(value);
}
