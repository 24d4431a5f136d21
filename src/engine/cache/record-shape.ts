import { actionKey } from '../fingerprint/action-key.ts';
import { type ActionKey, isDigest } from '../fingerprint/digest.ts';
import type { ActionRecord } from './records.ts';

/** Returns whether a record has the expected key, which is the digest of its document, and every field that is read. */
export function isActionRecord(record: Partial<ActionRecord>, expected: ActionKey): record is ActionRecord {
  const { key, document, outputs, metrics, provenance } = record;
  return (
    key === expected &&
    document !== undefined &&
    actionKey(document) === key &&
    Object.values(outputs ?? { missing: undefined }).every((output) => isDigest(output?.digest ?? '')) &&
    typeof metrics === 'object' &&
    typeof provenance?.stage === 'string' &&
    !Number.isNaN(Date.parse(provenance.finished))
  );
}
