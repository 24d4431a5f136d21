import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';

/** A signature with the public key by which it can be checked. */
export interface Signature {
  readonly key: string;
  /** In base64. */
  readonly value: string;
}

/** A public key of the pipeline file, and the scopes whose records it may sign: all if there are none. */
export interface TrustedKey {
  readonly key: string;
  readonly scopes?: readonly string[];
}

const PUBLIC = 'ed25519:';
const PRIVATE = 'ed25519-private:';
/** The DER encodings of a public and a private key of Ed25519 end with its 32 bytes (RFC 8410). */
const PUBLIC_DER = Buffer.from('302a300506032b6570032100', 'hex');
const PRIVATE_DER = Buffer.from('302e020100300506032b657004220420', 'hex');
const BYTES = 32;

/** Creates a pair of keys, as texts. */
export function createKeys(): { readonly publicKey: string; readonly privateKey: string } {
  const pair = generateKeyPairSync('ed25519');
  const secret = pair.privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-BYTES);
  return { publicKey: textOf(pair.publicKey), privateKey: `${PRIVATE}${secret.toString('base64')}` };
}

/** Signs texts with a private key. */
export interface Signer {
  readonly publicKey: string;
  sign(text: string): Signature;
}

/** Returns the signer for a private key as `createKeys` returns it; nothing if the text is none. */
export function signerFor(privateKey: string): Signer | undefined {
  const secret = bytesAfter(PRIVATE, privateKey.trim());
  if (secret === undefined) return undefined;
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE_DER, secret]), format: 'der', type: 'pkcs8' });
  const publicKey = textOf(createPublicKey(key));
  return {
    publicKey,
    sign: (text) => ({ key: publicKey, value: sign(null, Buffer.from(text), key).toString('base64') }),
  };
}

/** Returns whether a text was signed by one of these keys, which may sign for this scope. */
export function isSigned(text: string, signature: Signature, trusted: readonly TrustedKey[], scope: string): boolean {
  const listed = trusted.some(({ key, scopes }) => key === signature.key && (scopes?.includes(scope) ?? true));
  const bytes = listed ? bytesAfter(PUBLIC, signature.key) : undefined;
  if (bytes === undefined) return false;
  const key = createPublicKey({ key: Buffer.concat([PUBLIC_DER, bytes]), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text), key, Buffer.from(signature.value, 'base64'));
}

function textOf(publicKey: KeyObject): string {
  const bytes = publicKey.export({ type: 'spki', format: 'der' }).subarray(-BYTES);
  return `${PUBLIC}${bytes.toString('base64')}`;
}

function bytesAfter(prefix: string, text: string): Buffer | undefined {
  const bytes = text.startsWith(prefix) ? Buffer.from(text.slice(prefix.length), 'base64') : undefined;
  return bytes?.length === BYTES ? bytes : undefined;
}
