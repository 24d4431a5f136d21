import type { ActionRecord, FinishedOutput, MachineClass } from '../cache/records.ts';
import type { StageRequest } from './executor.ts';
import type { Performed } from './run-stage.ts';

/** Returns the record of what a stage has just computed on this machine. */
export function toRecord(
  { stage, module, run, key, document, program }: StageRequest,
  outputs: Readonly<Record<string, FinishedOutput>>,
  { metrics, usage }: Pick<Performed, 'metrics' | 'usage'>,
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
      ...(usage && { usage }),
      modules: program.kind === 'module' ? program.code.modules : {},
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      ...(machine && { machine }),
    },
  };
}
