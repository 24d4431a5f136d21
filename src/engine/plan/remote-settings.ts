import type { TrustedKey } from '../trust/signatures.ts';
import type { RemoteDeclaration } from './declaration.ts';
import { secondsOf } from './quantities.ts';

/** How a pipeline uses the cache that several machines share. */
export interface RemoteSettings {
  readonly url?: string;
  readonly scope: string;
  /** The scopes from which results are taken besides the own one. */
  readonly read: readonly string[];
  readonly upload: boolean;
  readonly keys: readonly TrustedKey[];
  /** Of which machines results are taken whose last digits depend on the CPU. */
  readonly machines: 'same' | 'any';
  /** In seconds. */
  readonly timeout: number;
  readonly patience: number;
  readonly uploadTime: number;
}

/** A server may need longer to store a large blob than to answer a question. */
const IDLE_FACTOR = 3;

/** Returns for how long nothing may come from a server in the middle of a transfer, in milliseconds. */
export function idleTime({ timeout }: RemoteSettings): number {
  return timeout * 1000 * IDLE_FACTOR;
}

const MAIN = 'main';

/** Returns the settings that a pipeline file declares, or the default ones. */
export function remoteSettings(declared: string | RemoteDeclaration = {}): RemoteSettings {
  const { url, keys = [], ...rest } = typeof declared === 'string' ? { url: declared } : declared;
  return {
    ...(url !== undefined && { url }),
    scope: rest.scope ?? MAIN,
    read: rest.read ?? [MAIN],
    upload: rest.upload ?? true,
    machines: rest.machines ?? 'same',
    keys: keys.map((key) => (typeof key === 'string' ? { key } : key)),
    timeout: secondsOf(rest.timeout ?? '10s'),
    patience: secondsOf(rest.patience ?? '30s'),
    uploadTime: secondsOf(rest.upload_time ?? '10m'),
  };
}
