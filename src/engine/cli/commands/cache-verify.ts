import { RunHistory } from '../../cache/history/run-history.ts';
import { checkIntegrity } from '../../cache/housekeeping/integrity.ts';
import type { ActionKey } from '../../fingerprint/digest.ts';
import { type Age, affectedBy, describeIntegrity } from '../../report/cache-verify.ts';
import { openConsole } from '../console.ts';
import { EXIT } from '../exit.ts';
import { housekeeping } from '../housekeeping.ts';
import { interruptible } from '../interrupt.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';
import { lastKeys, type Standing, standingOf } from '../standing.ts';

/** In the newest of them a damaged record's stage is looked for. */
const RUNS = 200;

/** `pipeline cache verify`: reads everything again, and takes away what is damaged. */
export function cacheVerify(options: CommonOptions): Promise<number> {
  return housekeeping(options, async () => {
    const { signal, release } = interruptible();
    try {
      const { cache } = findProject(options);
      const standing = await standingOf(options, signal);
      const integrity = await checkIntegrity(cache, {
        worker: options.engine.hashWorker,
        signal,
        stageOf: stagesByKey(cache, standing),
      });
      const ageOf = (key: ActionKey): Age => {
        if (standing.locked.has(key) || standing.current?.has(key)) return 'current';
        return standing.current === undefined ? 'unknown' : 'old';
      };
      const { print, printJson, paint } = openConsole(options);
      for (const damage of integrity.damages) {
        const affects = affectedBy(damage).map((affected) => ({ ...affected, age: ageOf(affected.key) }));
        printJson({ type: 'damage', ...damage, affects });
      }
      const { damages, objects, actions, runs, cancelled } = integrity;
      printJson({ type: 'cache-verified', ok: damages.length === 0 && !cancelled, objects, actions, runs });
      print(describeIntegrity(integrity, ageOf, paint));
      if (cancelled) return EXIT.interrupted;
      return damages.length === 0 ? EXIT.ok : EXIT.stageFailed;
    } finally {
      release();
    }
  });
}

/** The stage of a key whose record can't be read: from the pipeline, the lockfile, or what ran. */
function stagesByKey(cache: string, { current, locked }: Standing): (key: ActionKey) => string | undefined {
  let ran: Map<ActionKey, string> | undefined;
  return (key) => {
    if (ran === undefined) {
      ran = new Map([...lastKeys(cache)].map(([stage, last]) => [last, stage]));
      for (const { stages } of new RunHistory(cache).newest(RUNS)) {
        for (const stage of stages) if (stage.key !== undefined) ran.set(stage.key, stage.name);
      }
    }
    return current?.get(key) ?? locked.get(key) ?? ran.get(key);
  };
}
