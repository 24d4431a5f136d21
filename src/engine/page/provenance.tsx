import type { JSX } from 'preact';
import { DataTable } from '../../shared/page/data-table.tsx';
import { readDocument } from '../fingerprint/action-key.ts';
import type { ReportedRun } from './reported-run.ts';

const SHORT = 12;

/** Where the results come from, and how to get them again. */
export function provenanceElement({ run, stages }: ReportedRun, reproduce: string): JSX.Element {
  const conditions = new Set(
    stages.flatMap(({ record }) => {
      if (record === undefined) return [];
      const { node, platform } = record.provenance;
      const runtime = Object.entries(readDocument(record.document).runtime).flatMap(([name, facts]) =>
        Object.entries(facts).map(([fact, value]) => `${name} ${fact} ${value.slice(0, SHORT)}`),
      );
      return [[`Node ${node}`, platform, ...runtime].join(', ')];
    }),
  );
  const rows = stages.flatMap(({ name, key, outputs }) =>
    Object.entries(outputs).map(([output, digest]) => [
      `${name}.${output}`,
      <code key="digest">{digest}</code>,
      <code key="key">{key?.slice(0, SHORT)}</code>,
    ]),
  );
  return (
    <>
      <p>
        Pipeline {run.pipeline}, run {run.run}, started {run.started.replace('T', ' ').slice(0, 19)} UTC. The same
        results again, from nothing, compared byte for byte:
      </p>
      <pre>{reproduce}</pre>
      <ul>
        {[...conditions].map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
      <details>
        <summary>{rows.length} outputs and their digests</summary>
        <DataTable
          caption="Outputs and their digests"
          columns={[{ name: 'output' }, { name: 'SHA-256' }, { name: 'action key' }]}
          rows={rows}
        />
      </details>
    </>
  );
}
