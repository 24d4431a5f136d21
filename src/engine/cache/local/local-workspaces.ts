import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lock, tryLock } from '../../../shared/file-lock.ts';
import { failure, type Result, success } from '../../../shared/problem.ts';
import type { ActionKey } from '../../fingerprint/digest.ts';
import type { Claim, Workspaces } from '../stores.ts';
import { cacheProblem } from './cache-problem.ts';
import { CachePaths } from './paths.ts';
import { quietly } from './quietly.ts';

/** Manages claims and work directories in a cache directory, for all runs that share it. */
export class LocalWorkspaces implements Workspaces {
  readonly #paths: CachePaths;

  /** @param directory the cache directory, absolute. */
  constructor(directory: string) {
    this.#paths = new CachePaths(directory);
  }

  directoriesOf(key: ActionKey): Pick<Claim, 'work' | 'scratch'> {
    const directory = this.#paths.workspace(key);
    return { work: join(directory, 'work'), scratch: join(directory, 'scratch') };
  }

  tryClaim(key: ActionKey, forced: boolean): Result<Claim | undefined> {
    try {
      const unlock = tryLock(`${this.#paths.workspace(key)}.lock`);
      return success(unlock && this.#open(key, forced, unlock));
    } catch (error) {
      return cacheProblem(error, this.#paths.root);
    }
  }

  async claim(
    key: ActionKey,
    forced: boolean,
    waiting: (holder: string) => void,
    signal: AbortSignal,
  ): ReturnType<Workspaces['claim']> {
    try {
      const unlock = await lock(`${this.#paths.workspace(key)}.lock`, waiting, signal);
      return unlock === undefined ? failure('cancelled') : success(this.#open(key, forced, unlock));
    } catch (error) {
      return cacheProblem(error, this.#paths.root);
    }
  }

  #open(key: ActionKey, forced: boolean, unlock: () => void): Claim {
    const directory = this.#paths.workspace(key);
    const { work, scratch } = this.directoriesOf(key);
    for (const path of [directory, work, scratch])
      if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(path);
    // The unfinished outputs of a killed run are incomplete; its work directory is kept to resume from.
    rmSync(scratch, { recursive: true, force: true });
    const mark = join(directory, 'forced');
    // A forced attempt starts from nothing, but resumes an interrupted attempt that did so.
    if (forced && !existsSync(mark)) rmSync(work, { recursive: true, force: true });
    rmSync(mark, { recursive: true, force: true });
    mkdirSync(scratch, { recursive: true });
    mkdirSync(work, { recursive: true });
    if (forced) writeFileSync(mark, '', { flag: 'wx' });
    const release = (finished: boolean) => {
      quietly(() => rmSync(finished || isEmpty(work) ? directory : scratch, { recursive: true, force: true }));
      quietly(unlock);
    };
    return { work, scratch, release };
  }
}

/** Returns whether there is nothing to resume from. The stage may have deleted the work directory. */
function isEmpty(work: string): boolean {
  return !existsSync(work) || readdirSync(work).length === 0;
}
