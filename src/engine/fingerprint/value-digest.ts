import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Digest } from './digest.ts';

const derive = promisify<string, string, number, Buffer>(scrypt);

/** Name and value → digest. A run computes each once, also if many stages declare the variable. */
const known = new Map<string, Promise<Digest>>();

/**
 * Returns a digest of the value of an environment variable for an action key. Keys are shared between machines and
 * committed in lockfiles, so the digest cannot depend on a secret of this machine, and whoever has it can try values.
 * scrypt makes each trial slow: about 50 ms and 16 MB.
 */
export function valueDigest(name: string, value: string): Promise<Digest> {
  const id = `${name}=${value}`;
  const found = known.get(id) ?? compute(name, value);
  known.set(id, found);
  return found;
}

async function compute(name: string, value: string): Promise<Digest> {
  const bytes = await derive(value, `pipeline environment ${name}`, 32);
  return bytes.toString('hex') as Digest;
}
