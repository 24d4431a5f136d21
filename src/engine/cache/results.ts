import { type Result, success } from '../../shared/problem.ts';
import type { ActionKey } from '../fingerprint/digest.ts';
import type { ActionRecord, FinishedOutput } from './records.ts';
import type { Stores } from './stores.ts';

/** Returns the record of an action whose outputs can all be had: a cache hit. */
export async function findResult(
  { actions, contents }: Pick<Stores, 'actions' | 'contents'>,
  key: ActionKey,
): Promise<ActionRecord | undefined> {
  const record = await actions.lookUp(key);
  if (record === undefined) return undefined;
  for (const { digest } of Object.values(record.outputs)) if (!(await contents.has(digest))) return undefined;
  return record;
}

/** Adds the outputs and then commits the record: a reader sees all of it or nothing. */
export async function keepResult(
  { actions, contents }: Pick<Stores, 'actions' | 'contents'>,
  record: ActionRecord,
  outputs: readonly FinishedOutput[],
): Promise<Result<void>> {
  for (const output of outputs) {
    const added = await contents.add(output);
    if (!added.ok) return added;
  }
  const committed = await actions.commit(record);
  return committed.ok ? success(undefined) : committed;
}

/** Returns the last record that a stage of this name had, whether or not its outputs can still be had. */
export async function lastResult(
  { actions, history }: Pick<Stores, 'actions' | 'history'>,
  stage: string,
): Promise<ActionRecord | undefined> {
  const key = history.lastKey(stage);
  return key === undefined ? undefined : actions.lookUp(key);
}
