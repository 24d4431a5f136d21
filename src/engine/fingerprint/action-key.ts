import type { Json, JsonObject } from '../../shared/json.ts';
import { type ActionKey, canonicalJson, type Digest, sha256 } from './digest.ts';
import type { TensorFlowRuntime } from './runtime.ts';

/** The version of what is in a key and how it is written. Another scheme, other keys. */
const SCHEME = 1;

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
  readonly tensorflow: TensorFlowRuntime | null;
}

export function keyDocument(parts: Omit<KeyDocument, 'scheme'>): KeyDocument {
  return { scheme: SCHEME, ...parts };
}

/** The digest of a key document. */
export function actionKey(document: KeyDocument): ActionKey {
  return sha256(canonicalJson(document as unknown as Json)) as string as ActionKey;
}
