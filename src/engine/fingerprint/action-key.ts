import type { Facts } from '../../shared/extensions/runtime-facts.ts';
import type { Json, JsonObject } from '../../shared/json.ts';
import { type ActionKey, canonicalJson, type Digest, sha256 } from './digest.ts';

/** The version of what is in a key and how it is written. Another scheme, other keys. */
const SCHEME = 2;

/** Runtime facts by the name under which they are registered. */
export type Runtime = Readonly<Record<string, Facts>>;

/** All that decides a stage's outputs, in clear. */
export interface KeyDocument {
  readonly scheme: typeof SCHEME;
  /** Digest of the stage's bundled code. */
  readonly code: Digest;
  /** `name@version` → integrity. */
  readonly packages: Readonly<Record<string, string>>;
  readonly params: JsonObject;
  /** Input name → digest of its content. */
  readonly inputs: Readonly<Record<string, Digest>>;
  /** Declared environment variables; null for one that is not set. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Facts about the packages that the code reaches, of those that have some. */
  readonly runtime: Runtime;
}

export function keyDocument(parts: Omit<KeyDocument, 'scheme'>): KeyDocument {
  return { scheme: SCHEME, ...parts };
}

/** Returns the digest of a key document, of whatever scheme. */
export function actionKey(document: RecordedDocument): ActionKey {
  return sha256(canonicalJson(document as unknown as Json)) as string as ActionKey;
}

/** Scheme 1 had the facts of a runtime, or null, beside the other parts, under the name of the runtime. */
interface DocumentOfScheme1 extends Omit<KeyDocument, 'scheme' | 'runtime'> {
  readonly scheme: 1;
}

/**
 * A key document as a record has it. The record's key is the digest of this very document, so an old one is never
 * rewritten; `readDocument` reads it.
 */
export type RecordedDocument = KeyDocument | DocumentOfScheme1;

/** A key document of any scheme, in today's words. */
export type ReadDocument = Omit<KeyDocument, 'scheme'> & { readonly scheme: number };

/** Reads a document of this scheme or another, as far as today's words go. */
export function readDocument(recorded: RecordedDocument): ReadDocument {
  if (recorded.scheme === SCHEME) return recorded;
  const { scheme, code, packages = {}, params = {}, inputs = {}, env = {}, ...rest } = recorded;
  // A cache may also have records of a later version: what it calls otherwise reads as empty.
  return { scheme, code, packages, params, inputs, env, runtime: runtimeOfScheme1(rest) };
}

/** Returns the runtime facts as they are written today. `parts`: those of scheme 1 that are none of the others. */
function runtimeOfScheme1(parts: object): Runtime {
  const facts = Object.entries(parts).filter(([, value]) => typeof value === 'object' && value !== null);
  return Object.fromEntries(facts) as Runtime;
}
