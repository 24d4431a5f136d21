import type { ActionRecord, FinishedOutput, MachineClass } from '../cache/records.ts';
import type { StageRequest } from './executor.ts';

/** Returns the record of a stage that has just run. */
export function toRecord(
  { stage, module, run, key, document, code }: StageRequest,
  outputs: Readonly<Record<string, FinishedOutput>>,
  metrics: ActionRecord['metrics'],
  { seconds, machine }: { readonly seconds: number; readonly machine: MachineClass | undefined },
): ActionRecord {
  return {
    key,
    document,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { path: _, ...stored }]) => [name, stored])),
    metrics,
    provenance: {
      stage,
      module,
      run,
      finished: new Date().toISOString(),
      seconds,
      modules: code.modules,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      ...(machine && { machine }),
    },
  };
}
