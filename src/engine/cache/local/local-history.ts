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

/** The number of runs of the pipeline in which a failure is searched for, and of records that are read for that. */
const RECENT_RUNS = 10;
const MOST_READ = 200;

/** Records what ran, in a cache directory on this machine. `RunHistory` reads these records. */
export class LocalHistory implements History {
  readonly #paths: CachePaths;
  readonly #isOwn: (run: RunRecord) => boolean;
  /** The runs of the pipeline before this one, newest first, as far as they have been read. */
  readonly #recent: RunRecord[] = [];
  /** The ids of the runs that have not been read, newest last. */
  #unread: string[] | undefined;

  /**
   * @param directory the cache directory, absolute.
   * @param isOwn which runs are those of the pipeline: several may share a cache, and have stages of the same name.
   */
  constructor(directory: string, isOwn: (run: RunRecord) => boolean = () => true) {
    this.#paths = new CachePaths(directory);
    this.#isOwn = isOwn;
  }

  lastKey(stage: string): ActionKey | undefined {
    const last = parseJsonFile(this.#paths.last(stage), 'lastKey')?.value;
    const key = typeof last === 'object' && last !== null && 'key' in last ? last.key : undefined;
    return typeof key === 'string' && isDigest(key) ? (key as string as ActionKey) : undefined;
  }

  lastFailure(stage: string): LastFailure | undefined {
    for (const { run, stages } of this.#recentRuns()) {
      const found = stages.find(({ name }) => name === stage);
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

  /** Yields the newest runs of the pipeline. Most often the first one knows. */
  *#recentRuns(): Iterable<RunRecord> {
    const history = new RunHistory(this.#paths.root);
    this.#unread ??= history.ids().slice(0, MOST_READ).reverse();
    for (let index = 0; index < RECENT_RUNS; ) {
      const known = this.#recent[index];
      const next = known === undefined ? this.#unread.pop() : undefined;
      if (known !== undefined) {
        yield known;
        index++;
      } else if (next === undefined) return;
      else {
        const record = history.read(next);
        if (record !== undefined && this.#isOwn(record)) this.#recent.push(record);
      }
    }
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
