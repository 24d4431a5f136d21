import { readNumbers, withNonFinite } from '../../../shared/non-finite.ts';
import { parseJson } from '../../../shared/parse-json.ts';
import { type Fields, isObject } from '../../../shared/shapes.ts';
import type { ActionKey } from '../../fingerprint/digest.ts';
import { isSigned, type Signature, type Signer, type TrustedKey } from '../../trust/signatures.ts';
import { isActionRecord } from '../record-shape.ts';
import type { ActionRecord } from '../records.ts';
import { isTransport, type Transport } from './transport.ts';

/** A record as it lies in the remote cache, with the blobs of its outputs by their digest. */
export interface SealedRecord {
  readonly record: ActionRecord;
  readonly contents: Readonly<Record<string, Transport>>;
}

/** What a record is signed for: nobody can present it as the record of another scope. */
interface Statement extends SealedRecord {
  readonly format: typeof FORMAT;
  readonly scope: string;
}

const FORMAT = 1;
/** A signature of another kind of text is none of a record. */
const DOMAIN = 'pipeline-remote-record\0';

/** Why a record is not used. The words end a sentence: `the record of … in scope "main" is not signed`. */
export type Fault = string;

/** Returns the text that is kept in the remote cache for a record. Codes that only this user can check are left out. */
export function seal({ record, contents }: SealedRecord, scope: string, signer: Signer | undefined): string {
  const { vouchers: _, ...own } = record;
  const statement = JSON.stringify({ format: FORMAT, scope, record: own, contents } satisfies Statement, withNonFinite);
  const signatures = signer === undefined ? [] : [signer.sign(DOMAIN + statement)];
  return JSON.stringify({ statement, signatures });
}

interface Expected {
  readonly key: ActionKey;
  readonly scope: string;
  /** Without any, records need no signature. */
  readonly trusted: readonly TrustedKey[];
}

/** Returns the record in a text from the remote cache with the key that has signed it, or why it is not used. */
export function unseal(
  text: string,
  { key, scope, trusted }: Expected,
): { readonly sealed: SealedRecord; readonly signedBy?: string } | { readonly fault: Fault } {
  const outer = parseJson(text)?.value;
  if (!isObject(outer) || typeof outer['statement'] !== 'string') return { fault: 'is corrupted' };
  const { statement } = outer;
  const signatures = Array.isArray(outer['signatures']) ? outer['signatures'].filter(isSignature) : [];
  const signature = signatures.find((each) => isSigned(DOMAIN + statement, each, trusted, scope));
  if (trusted.length > 0 && signature === undefined) {
    const [first] = signatures;
    return {
      fault:
        first === undefined
          ? 'is not signed'
          : `is not signed by a key that the pipeline file lists for it (its key: ${first.key.slice(0, 60)})`,
    };
  }
  const value = parseJson(statement)?.value;
  if (!isObject(value) || value['format'] !== FORMAT) return { fault: 'has a format that this version does not know' };
  if (value['scope'] !== scope) return { fault: 'is one of another scope' };
  const { record, contents }: Fields = value;
  if (!isActionRecord(record, key)) return { fault: 'belongs to another action key' };
  if (!hasAll(contents, record)) return { fault: 'does not say where its outputs are' };
  // Only codes that were checked here count.
  const { vouchers: _, ...own } = record;
  const sealed = { record: { ...own, metrics: readNumbers(own.metrics) }, contents };
  return { sealed, ...(signature && { signedBy: signature.key }) };
}

/** Returns whether `contents` has the blobs of every output of a record. */
function hasAll(contents: unknown, { outputs }: ActionRecord): contents is SealedRecord['contents'] {
  if (!isObject(contents)) return false;
  return Object.values(outputs).every(({ digest, kind, bytes }) => {
    const transport = contents[digest];
    return (
      isTransport(transport) &&
      transport.kind === kind &&
      transport.pieces.reduce((sum, piece) => sum + piece.bytes, 0) === bytes
    );
  });
}

function isSignature(value: unknown): value is Signature {
  return isObject(value) && typeof value['key'] === 'string' && typeof value['value'] === 'string';
}
