import { availableParallelism } from 'node:os';
import type { KeyDocument } from '../fingerprint/action-key.ts';
import { valueDigest } from '../fingerprint/value-digest.ts';
import type { PlannedStage } from '../plan/plan.ts';

/** The variables that any process needs. Other variables are passed to a stage only if it declares them. */
const ALWAYS = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SYSTEMROOT',
  'LD_LIBRARY_PATH',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
];
const ALWAYS_PREFIXES = ['XDG_'];

/** Equal everywhere, since dates, sorting and messages depend on them. A stage that declares one sees the user's. */
const PINNED = { TZ: 'UTC', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };

const GPUS = 'CUDA_VISIBLE_DEVICES';
/** Says how much a stage may do at once. */
const CORES = 'PIPELINE_CORES';
const POOL = 'UV_THREADPOOL_SIZE';

/** The variables with which the runner tells a stage what it may use, or which have the same value everywhere. */
export const SET_BY_RUNNER: readonly string[] = [...Object.keys(PINNED), GPUS, CORES, POOL];

/** Returns whether GPUs are visible to a stage: if it requests some or declares `CUDA_VISIBLE_DEVICES`. */
export function seesGpus({ env, resources }: Pick<PlannedStage, 'env' | 'resources'>): boolean {
  return (resources.gpu ?? 0) > 0 || env.includes(GPUS);
}

/**
 * Returns the environment of a stage's process. Undeclared variables are not in it, since they could change the result
 * unnoticed. Only the GPUs allocated to the stage are visible.
 */
export function stageEnvironment(
  from: NodeJS.ProcessEnv,
  declared: readonly string[],
  gpus: readonly string[],
): Record<string, string> {
  const wanted = new Set([...ALWAYS, ...declared]);
  const given = Object.fromEntries(
    Object.entries(from).flatMap(([name, value]): [string, string][] =>
      value !== undefined && (wanted.has(name) || ALWAYS_PREFIXES.some((prefix) => name.startsWith(prefix)))
        ? [[name, value]]
        : [],
    ),
  );
  const cores = availableParallelism();
  // Node's default of four threads would leave cores idle while images are decoded.
  return { ...PINNED, [POOL]: String(Math.max(4, cores)), [CORES]: String(cores), [GPUS]: gpus.join(','), ...given };
}

/** Returns the declared variables with the digests of their values, for the action key; null for one that is not set. */
export async function declaredEnvironment(
  from: NodeJS.ProcessEnv,
  declared: readonly string[],
): Promise<KeyDocument['env']> {
  const digests = [...declared].sort().map(async (name) => {
    const value = from[name];
    return [name, value === undefined ? null : await valueDigest(name, value)] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
}
