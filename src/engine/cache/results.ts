import { type Result, success } from '../../shared/problem.ts';
import type { ActionKey } from '../fingerprint/digest.ts';
import type { ActionRecord, FinishedOutput } from './records.ts';
import type { Stores } from './stores.ts';

/** Returns the record of an action whose outputs are all available (a cache hit), or nothing (a cache miss). */
export async function findResult(
  { actions, contents }: Pick<Stores, 'actions' | 'contents'>,
  key: ActionKey,
): Promise<ActionRecord | undefined> {
  const record = await actions.lookUp(key);
  if (record === undefined) return undefined;
  for (const { digest } of Object.values(record.outputs)) if (!(await contents.has(digest))) return undefined;
  return record;
}

/** Adds the outputs and then commits the record, so that a reader sees either the complete result or none. */
export async function keepResult(
  { actions, contents }: Pick<Stores, 'actions' | 'contents'>,
  record: ActionRecord,
  outputs: readonly FinishedOutput[],
): Promise<Result<void>> {
  for (const output of outputs) {
    const added = await contents.add({ ...output, seconds: record.provenance.seconds });
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
