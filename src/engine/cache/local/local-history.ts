import { readFileSync } from 'node:fs';
import { writeAtomically } from '../../../shared/atomic-write.ts';
import { type ActionKey, isDigest } from '../../fingerprint/digest.ts';
import type { RunRecord } from '../records.ts';
import type { History } from '../stores.ts';
import { toChecksummed } from './checksummed.ts';
import { CachePaths } from './paths.ts';
import { quietly } from './quietly.ts';

/** Records what ran, in a cache directory on this machine. `RunHistory` reads these records. */
export class LocalHistory implements History {
  readonly #paths: CachePaths;

  /** @param directory the cache directory, absolute. */
  constructor(directory: string) {
    this.#paths = new CachePaths(directory);
  }

  lastKey(stage: string): ActionKey | undefined {
    try {
      const { key } = JSON.parse(readFileSync(this.#paths.last(stage), 'utf8')) as { key?: unknown };
      return typeof key === 'string' && isDigest(key) ? (key as string as ActionKey) : undefined;
    } catch {
      // Absent or corrupted.
      return undefined;
    }
  }

  setLastKey(stage: string, key: ActionKey): void {
    if (this.lastKey(stage) !== key)
      quietly(() => writeAtomically(this.#paths.last(stage), `${JSON.stringify({ key })}\n`));
  }

  addRun(run: RunRecord): void {
    quietly(() => writeAtomically(this.#paths.run(run.run), toChecksummed(run)));
  }
}
