import { writeAtomically } from '../../../shared/atomic-write.ts';
import { namesIn } from '../../../shared/files.ts';
import { parseJsonFile } from '../../../shared/parse-json.ts';
import type { Result } from '../../../shared/problem.ts';
import { type ActionKey, isDigest } from '../../fingerprint/digest.ts';
import { RunHistory } from '../history/run-history.ts';
import type { RunRecord } from '../records.ts';
import type { History, LastFailure } from '../stores.ts';
import { toChecksummed } from './checksummed.ts';
import { CachePaths } from './paths.ts';
import { quietly } from './quietly.ts';
import { writing } from './writing.ts';

/** The number of runs in which a failure is searched for. */
const RECENT_RUNS = 10;

/** Records what ran, in a cache directory on this machine. `RunHistory` reads these records. */
export class LocalHistory implements History {
  readonly #paths: CachePaths;
  /** The ids of the runs before this one, newest first. */
  #recent: readonly string[] | undefined;
  readonly #records = new Map<string, RunRecord | undefined>();

  /** @param directory the cache directory, absolute. */
  constructor(directory: string) {
    this.#paths = new CachePaths(directory);
  }

  lastKey(stage: string): ActionKey | undefined {
    const last = parseJsonFile(this.#paths.last(stage), 'lastKey')?.value;
    const key = typeof last === 'object' && last !== null && 'key' in last ? last.key : undefined;
    return typeof key === 'string' && isDigest(key) ? (key as string as ActionKey) : undefined;
  }

  lastFailure(stage: string): LastFailure | undefined {
    const history = new RunHistory(this.#paths.root);
    this.#recent ??= history.ids().slice(0, RECENT_RUNS);
    for (const run of this.#recent) {
      // Most often the newest run knows.
      if (!this.#records.has(run)) this.#records.set(run, history.read(run));
      const found = this.#records.get(run)?.stages.find(({ name }) => name === stage);
      switch (found?.outcome) {
        case 'failed':
        case 'killed':
          return { run, how: found.outcome, key: found.key };
        case 'ran':
        case 'cached':
          return undefined;
        default:
      }
    }
    return undefined;
  }

  /** Returns the last key of each stage that has one, by the name of the stage. */
  lastKeys(): ReadonlyMap<string, ActionKey> {
    const keys = new Map<string, ActionKey>();
    for (const name of namesIn(this.#paths.lastFolder)) {
      const stage = stageOf(name);
      const key = stage === undefined ? undefined : this.lastKey(stage);
      if (stage !== undefined && key !== undefined) keys.set(stage, key);
    }
    return keys;
  }

  setLastKey(stage: string, key: ActionKey): void {
    if (this.lastKey(stage) !== key)
      quietly(() => writeAtomically(this.#paths.last(stage), `${JSON.stringify({ key })}\n`));
  }

  addRun(run: RunRecord): Result<void> {
    return writing(this.#paths.root, () => writeAtomically(this.#paths.run(run.run), toChecksummed(run)));
  }
}

/** Returns the stage whose last key is in a file of this name; nothing if it is another file. */
function stageOf(file: string): string | undefined {
  try {
    return file.endsWith('.json') ? decodeURIComponent(file.slice(0, -'.json'.length)) : undefined;
  } catch {
    return undefined;
  }
}
