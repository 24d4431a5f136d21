import { openProgressLine } from '../../../shared/text/progress-line.ts';
import { RunHistory } from '../../cache/history/run-history.ts';
import { checkIntegrity } from '../../cache/housekeeping/integrity.ts';
import { LocalHistory } from '../../cache/local/local-history.ts';
import type { ActionKey } from '../../fingerprint/digest.ts';
import { type Age, affectedBy, describeIntegrity, isDeleted } from '../../report/cache-verify.ts';
import { openConsole } from '../console.ts';
import { EXIT } from '../exit.ts';
import { housekeeping } from '../housekeeping.ts';
import { interruptible } from '../interrupt.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';
import { findReferencedKeys, type ReferencedKeys } from '../referenced-keys.ts';

/** The number of recent runs in which the stage of a corrupted record is searched for. */
const RUNS = 200;

export interface CacheVerifyOptions extends CommonOptions {
  /** Whether to delete what the cache did not create. */
  readonly yes: boolean;
}

/** `pipeline cache verify`: reads everything in the cache, and deletes corrupted entries. */
export function cacheVerify(options: CacheVerifyOptions): Promise<number> {
  return housekeeping(options, async () => {
    const { signal, release } = interruptible();
    try {
      const { cache } = findProject(options);
      const { print, printJson, paint } = openConsole(options);
      // Needed only to describe damage. It finds everything out again, too: what is remembered proves nothing here.
      let found: Promise<ReferencedKeys> | undefined;
      const referencedKeys = () => {
        found ??= findReferencedKeys({ ...options, fromScratch: true }, signal);
        return found;
      };
      const progress = openProgress(printJson);
      const integrity = await checkIntegrity(cache, {
        worker: options.engine.hashWorker,
        signal,
        stageOf: stagesByKey(cache, referencedKeys),
        deleteUnknown: options.yes,
        onProgress: (share) => progress.show(share),
      });
      progress.end();
      const referenced = integrity.damages.length === 0 ? undefined : await referencedKeys();
      const ageOf = (key: ActionKey): Age => {
        if (referenced?.locked.has(key) || referenced?.current?.has(key)) return 'current';
        return referenced?.current === undefined ? 'unknown' : 'old';
      };
      for (const damage of integrity.damages) {
        const affects = affectedBy(damage).map((affected) => ({ ...affected, age: ageOf(affected.key) }));
        printJson({ type: 'damage', ...damage, affects, deleted: isDeleted(damage, options.yes) });
      }
      const { damages, objects, actions, runs, cancelled } = integrity;
      printJson({ type: 'cache-verified', ok: damages.length === 0 && !cancelled, objects, actions, runs });
      print(describeIntegrity(integrity, options.yes, ageOf, paint));
      if (cancelled) return EXIT.interrupted;
      return damages.length === 0 ? EXIT.ok : EXIT.stageFailed;
    } finally {
      release();
    }
  });
}

const PROGRESS_MILLISECONDS = 1000;

/** Shows the progress, once a second, from the second second on. */
function openProgress(printJson: (value: object) => void): { show(share: number): void; end(): void } {
  const line = openProgressLine(process.stderr);
  const started = performance.now();
  let shown = started;
  return {
    show: (share) => {
      const now = performance.now();
      if (now - shown < PROGRESS_MILLISECONDS) return;
      if (shown === started) line.begin('checking the cache');
      shown = now;
      line.update(share, 1);
      printJson({ type: 'cache-progress', share });
    },
    end: () => line.end(),
  };
}

/** Returns a function that finds the stage of a key without its record: in the pipeline, the lockfile or past runs. */
function stagesByKey(
  cache: string,
  referencedKeys: () => Promise<ReferencedKeys>,
): (key: ActionKey) => Promise<string | undefined> {
  let ran: Map<ActionKey, string> | undefined;
  return async (key) => {
    if (ran === undefined) {
      ran = new Map([...new LocalHistory(cache).lastKeys()].map(([stage, last]) => [last, stage]));
      for (const { stages } of new RunHistory(cache).newest(RUNS)) {
        for (const stage of stages) if (stage.key !== undefined) ran.set(stage.key, stage.name);
      }
    }
    const { current, locked } = await referencedKeys();
    return current?.get(key) ?? locked.get(key) ?? ran.get(key);
  };
}
