import { join, relative } from 'node:path';
import type { Problem } from '../../shared/problem.ts';
import { LocalHistory } from '../cache/local/local-history.ts';
import type { ActionRecord } from '../cache/records.ts';
import { lockfilesIn } from '../execute/lockfile.ts';
import { readLockfile } from '../execute/read-lockfile.ts';
import { keysOf, possibleStages } from '../execute/survey.ts';
import type { ActionKey, Digest } from '../fingerprint/digest.ts';
import type { CommonOptions } from './options.ts';
import { findProject } from './project.ts';
import { openSession, type SessionOptions } from './session.ts';

/** The action keys in a cache that the current pipeline and its lockfiles refer to. */
export interface ReferencedKeys {
  /** The stage of each action key of the current pipeline; undefined if the pipeline cannot be read. */
  readonly current: ReadonlyMap<ActionKey, string> | undefined;
  /** The name of the current pipeline; undefined if it cannot be read. */
  readonly pipeline: string | undefined;
  /** The stage of each action key in the lockfiles. */
  readonly locked: ReadonlyMap<ActionKey, string>;
  /** The digests of the current code of the stages. */
  readonly codes: ReadonlySet<Digest>;
  /** False if a lockfile exists but cannot be read. */
  readonly lockfileIsRead: boolean;
  /** Why a part of this is unknown. */
  readonly problems: readonly Problem[];
}

/** `records`: only stages are looked at that these may be results of; by default all stages. */
export async function findReferencedKeys(
  options: CommonOptions & SessionOptions,
  signal: AbortSignal,
  records?: readonly ActionRecord[],
): Promise<ReferencedKeys> {
  const { root, cache } = findProject(options);
  const { locked, problems: lockProblems } = readLocks(root);
  const lockfileIsRead = lockProblems.length === 0;
  const session = await openSession(options, signal);
  if (!session.ok) {
    return {
      current: undefined,
      pipeline: undefined,
      locked,
      codes: new Set(),
      lockfileIsRead,
      problems: [...lockProblems, ...session.failure],
    };
  }
  try {
    const { services } = session.value;
    const names =
      records === undefined ? services.plan.stages.map(({ name }) => name) : possibleStages(records, services);
    const current = new Map<ActionKey, string>();
    const last = new LocalHistory(cache).lastKeys();
    const known = await keysOf(services, names);
    for (const name of new Set([...names, ...known.keys()])) {
      // While an upstream stage would run, the key is unknown; the last key may turn out to be the current one.
      const key = known.get(name)?.key ?? last.get(name);
      if (key !== undefined) current.set(key, name);
    }
    session.value.save();
    const codes = new Set([...services.codes.values()].map(({ digest }) => digest));
    return { current, pipeline: services.plan.name, locked, codes, lockfileIsRead, problems: lockProblems };
  } finally {
    session.value.close();
  }
}

/** Reads the lockfiles of all pipelines in a folder and of their profiles. Returns the stage of each action key in them. */
function readLocks(root: string): { locked: Map<ActionKey, string>; problems: readonly Problem[] } {
  const locked = new Map<ActionKey, string>();
  const problems: Problem[] = [];
  for (const name of lockfilesIn(root)) {
    const lockfile = readLockfile(join(root, name), relative(process.cwd(), join(root, name)));
    if (!lockfile.ok) problems.push(...lockfile.failure);
    else for (const [stage, { key }] of lockfile.value ?? []) locked.set(key, stage);
  }
  return { locked, problems };
}
