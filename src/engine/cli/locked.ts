import { join, relative } from 'node:path';
import { painter } from '../../shared/text/style.ts';
import { differencesFromLock } from '../execute/difference.ts';
import type { Objection } from '../execute/execute.ts';
import { type Lockfile, lockfileName } from '../execute/lockfile.ts';
import { goneStages, whatMoved } from '../execute/moved.ts';
import { readLockfile } from '../execute/read-lockfile.ts';
import type { Services } from '../execute/services.ts';
import { describeMoved } from '../report/difference.ts';
import { jsonMoved } from '../report/json.ts';
import { reportProblems } from './console.ts';
import { EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';

/**
 * The lockfile, if it describes the stages of `names` as they stand. Otherwise all that moved is told before anything
 * runs, and what comes back is the exit code.
 */
export async function lockfileOf(
  services: Services,
  names: ReadonlySet<string>,
  options: CommonOptions,
): Promise<Lockfile | number> {
  const path = join(services.plan.root, lockfileName(options.profile));
  const shown = relative(process.cwd(), path);
  const read = readLockfile(path, shown);
  if (!read.ok) return reportProblems(read.failure, options);
  const lockfile: Lockfile = read.value ?? new Map();
  const moved = await whatMoved(lockfile, names, services);
  if (!moved.ok) return reportProblems(moved.failure, options);
  // Of a few stages nobody asks what became of the others.
  const all = names.size === services.plan.stages.length ? goneStages(lockfile, services.plan) : [];
  const found = [...moved.value, ...all];
  if (found.length === 0) return lockfile;
  const { title, advice } =
    read.value === undefined
      ? { title: `there is no ${shown}`, advice: 'A whole run writes it: pipeline run. Then commit it.' }
      : {
          title: `${shown} does not describe the pipeline as it stands`,
          advice: 'Take back what moved, or run the pipeline and commit the new lockfile: pipeline run',
        };
  const paint = painter(process.stderr, options.color, process.env);
  process.stderr.write(`${describeMoved(found, title, advice, paint)}\n`);
  if (options.json) process.stdout.write(jsonMoved(found));
  return EXIT.difference;
}

/** What `run --locked` has against results, if the lockfile describes the stages of `names`. Else the exit code. */
export async function objectionOf(
  services: Services,
  names: ReadonlySet<string>,
  options: CommonOptions,
): Promise<Objection | number> {
  const lockfile = await lockfileOf(services, names, options);
  return typeof lockfile === 'number' ? lockfile : objectionBy(lockfile, services.stores.contents);
}

/** Objects to results that are not those of the lockfile. */
export function objectionBy(lockfile: Lockfile, contents: Services['stores']['contents']): Objection {
  return async (stage, result) => {
    const differences = await differencesFromLock(lockfile, stage, result, contents);
    return differences.length === 0 ? undefined : { kind: 'difference', differences };
  };
}
