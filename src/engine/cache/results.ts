import { type Result, success } from '../../shared/problem.ts';
import type { ActionKey } from '../fingerprint/digest.ts';
import type { Watch } from '../fingerprint/work.ts';
import type { ActionRecord, FinishedOutput, StageOutcomeRecord } from './records.ts';
import type { Stores } from './stores.ts';

/** Returns who watches the work on an output. */
export type WatchOutput = (output: string) => Watch;

/** Returns the record of an action whose outputs are all available (a cache hit), or nothing (a cache miss). */
export async function findResult(
  { actions, contents }: Pick<Stores, 'actions' | 'contents'>,
  key: ActionKey,
  watch?: WatchOutput,
): Promise<ActionRecord | undefined> {
  const record = await actions.lookUp(key);
  if (record === undefined) return undefined;
  for (const [name, { digest }] of Object.entries(record.outputs))
    if (!(await contents.has(digest, watch?.(name)))) return undefined;
  return record;
}

/** Returns the result that a run used or computed for a stage, if it is still in the cache. */
export async function findResultOfRun(
  stores: Pick<Stores, 'actions' | 'contents'>,
  { key, outputs }: StageOutcomeRecord,
): Promise<ActionRecord | undefined> {
  const record = key === undefined ? undefined : await findResult(stores, key);
  // A stage that is not deterministic may have been computed again since.
  const isSame = Object.entries(outputs).every(([name, digest]) => record?.outputs[name]?.digest === digest);
  return isSame ? record : undefined;
}

/** Adds the outputs and then commits the record, so that a reader sees either the complete result or none. */
export async function keepResult(
  { actions, contents }: Pick<Stores, 'actions' | 'contents'>,
  record: ActionRecord,
  outputs: Readonly<Record<string, FinishedOutput>>,
  watch?: WatchOutput,
): Promise<Result<void>> {
  for (const [name, output] of Object.entries(outputs)) {
    const added = await contents.add({ ...output, seconds: record.provenance.seconds }, watch?.(name));
    if (!added.ok) return added;
  }
  const committed = await actions.commit(record);
  return committed.ok ? success(undefined) : committed;
}

/** Returns the last record of a stage by its name, whether or not its outputs are still available. */
export async function lastResult(
  { actions, history }: Pick<Stores, 'actions' | 'history'>,
  stage: string,
): Promise<ActionRecord | undefined> {
  const key = history.lastKey(stage);
  return key === undefined ? undefined : actions.lookUp(key);
}
