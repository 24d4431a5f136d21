import type { Facts } from '../../shared/extensions/runtime-facts.ts';
import type { Json, JsonObject } from '../../shared/json.ts';
import type { CommandTemplate } from '../plan/command-template.ts';
import { type ActionKey, canonicalJson, type Digest, sha256 } from './digest.ts';

/** The version of the parts of a key and of their encoding. A change of the scheme changes every key. */
export const SCHEME = 3;
/** Stands for a value that an earlier scheme recorded: digests of variables are not comparable across schemes. */
const UNKNOWN_VALUE = sha256('unknown');

/** Runtime facts by the name under which they are registered. */
export type Runtime = Readonly<Record<string, Facts>>;

/** What a stage runs that has a command. */
export interface KeyCommand {
  readonly run: CommandTemplate;
  /** The names of the files that it creates. */
  readonly outputs: readonly string[];
  /** What the declared command printed as the version of the program. */
  readonly version?: string;
}

/** Everything that determines the outputs of a stage, in plain text, except the values of variables. */
export interface KeyDocument {
  readonly scheme: typeof SCHEME;
  /** Digest of the stage's bundled code, or of its command. */
  readonly code: Digest;
  /** Absent for a stage with a module. */
  readonly command?: KeyCommand;
  /** `name@version` → digest of the content that counts. */
  readonly packages: Readonly<Record<string, Digest>>;
  readonly params: JsonObject;
  /** Input name → digest of its content. */
  readonly inputs: Readonly<Record<string, Digest>>;
  /** The digests of the values of declared environment variables (`valueDigest`); null for one that is not set. */
  readonly env: Readonly<Record<string, Digest | null>>;
  /** The runtime facts about packages that the code reaches. */
  readonly runtime: Runtime;
}

export function keyDocument(parts: Omit<KeyDocument, 'scheme'>): KeyDocument {
  return { scheme: SCHEME, ...parts };
}

/** Returns the digest of a key document of any scheme. */
export function actionKey(document: RecordedDocument): ActionKey {
  return sha256(canonicalJson(document as unknown as Json)) as string as ActionKey;
}

/**
 * In scheme 2, packages counted by the integrity in the lockfile of npm or by their package.json, and a document contained
 * the values of variables.
 */
interface DocumentOfScheme2 extends Omit<KeyDocument, 'scheme' | 'env'> {
  readonly scheme: 2;
  readonly env: Readonly<Record<string, string | null>>;
}

/** In scheme 1, the facts of each runtime, or null, were a top-level part under the name of the runtime. */
interface DocumentOfScheme1 extends Omit<DocumentOfScheme2, 'scheme' | 'runtime'> {
  readonly scheme: 1;
}

/**
 * A key document in a record. Since the key of the record is the digest of this document, an old document is never
 * rewritten; `readDocument` converts it.
 */
export type RecordedDocument = KeyDocument | DocumentOfScheme2 | DocumentOfScheme1;

/** A key document of any scheme, in the current form. */
export type ReadDocument = Omit<KeyDocument, 'scheme'> & { readonly scheme: number };

/** Converts a document of any scheme to the current form, as far as possible. */
export function readDocument(recorded: RecordedDocument): ReadDocument {
  if (recorded.scheme === SCHEME) return recorded;
  const { scheme, code, packages = {}, params = {}, inputs = {}, env = {}, ...rest } = recorded;
  // A cache may also have records of a later version: parts that it renamed are read as empty.
  const runtime = 'runtime' in rest ? rest.runtime : runtimeOfScheme1(rest);
  return { scheme, code, packages, params, inputs, env: withoutValues(env), runtime };
}

/** Returns a document of any scheme as it may be printed: the values of variables, which may be secret, are digests. */
export function printableDocument(recorded: RecordedDocument): object {
  return recorded.scheme === SCHEME ? recorded : { ...recorded, env: withoutValues(recorded.env ?? {}) };
}

function withoutValues(env: Readonly<Record<string, string | null>>): KeyDocument['env'] {
  return Object.fromEntries(Object.keys(env).map((name) => [name, env[name] === null ? null : UNKNOWN_VALUE]));
}

/** Returns the runtime facts in the current form. `parts`: the remaining parts of a scheme 1 document. */
function runtimeOfScheme1(parts: object): Runtime {
  const facts = Object.entries(parts).filter(([, value]) => typeof value === 'object' && value !== null);
  return Object.fromEntries(facts) as Runtime;
}
