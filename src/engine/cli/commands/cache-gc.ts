import { findUnknown } from '../../cache/housekeeping/inventory.ts';
import { sweep } from '../../cache/housekeeping/sweep.ts';
import { describeCollected } from '../../report/cache-gc.ts';
import { type CollectOptions, collect } from '../collect.ts';
import { type Console, openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import { housekeeping } from '../housekeeping.ts';
import { interruptible } from '../interrupt.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';
import { findReferencedKeys, type ReferencedKeys } from '../referenced-keys.ts';
import { findReleased } from '../released.ts';

export interface GcOptions extends CommonOptions, Omit<CollectOptions, 'released'> {
  /** Projects whose results are no longer kept: ids, the beginnings of ids, or paths of pipeline files. */
  readonly release: readonly string[];
  readonly yes: boolean;
}

/** `pipeline cache gc`: lists unreferenced results and, with `--yes`, deletes them. */
export function cacheGc(options: GcOptions): Promise<number> {
  return housekeeping(options, async () => {
    const { signal, release } = interruptible();
    try {
      const { cache } = findProject(options);
      const referenced = await findReferencedKeys(options, signal);
      if (signal.aborted) return EXIT.interrupted;
      // Results that belong to a lockfile that cannot be read would be lost.
      if (!referenced.lockfileIsRead) return reportProblems(referenced.problems, options);
      const released = findReleased(cache, options.release);
      if (!released.ok) return reportProblems(released.failure, options);
      const found = collect(referenced, { ...options, released: released.value }, options);
      const { garbage, leftovers } = found;
      const swept = options.yes ? await sweep(cache, garbage, leftovers, signal) : undefined;
      const console = openConsole(options);
      printUnknown(referenced, options, console);
      for (const { key, record, lastUsed } of garbage.actions) {
        const { stage } = record.provenance;
        console.printJson({ type: 'garbage', kind: 'action', key, stage, lastUsed: new Date(lastUsed).toISOString() });
      }
      for (const { digest, bytes } of garbage.objects) {
        console.printJson({ type: 'garbage', kind: 'object', digest, bytes });
      }
      for (const leftover of leftovers) console.printJson({ type: 'garbage', ...leftover });
      for (const { owner, results, bytes } of found.spared) {
        const { id, host, file, pipeline, lastUsed } = owner;
        const project = { project: id, host, file, pipeline, lastUsed: new Date(lastUsed).toISOString() };
        console.printJson({ type: 'spared', ...project, results, bytes });
      }
      const unknown = findUnknown(cache);
      const frees = garbage.bytes + leftovers.reduce((sum, { bytes }) => sum + bytes, 0);
      console.printJson({
        type: 'cache-collected',
        dryRun: !options.yes,
        currentKnown: referenced.current !== undefined,
        ...(swept ?? {
          actions: garbage.actions.length,
          objects: garbage.objects.length,
          leftovers: leftovers.length,
          bytes: frees,
        }),
        staying: garbage.staying,
        damagedRoots: found.damagedRoots,
        unknown,
      });
      const collected = { ...found, unknown, swept, maxBytes: options.maxSize };
      console.print(describeCollected(collected, new Date(), console.paint));
      return swept?.cancelled ? EXIT.interrupted : EXIT.ok;
    } finally {
      release();
    }
  });
}

function printUnknown({ current, problems }: ReferencedKeys, { keepRuns }: GcOptions, { print, paint }: Console): void {
  if (current !== undefined) return;
  const why = problems[0]?.message ?? '';
  print(`${paint('yellow', 'cannot tell which results the current pipeline uses')}: ${why}`);
  print(`What the lockfiles and the last ${keepRuns} runs need is kept.\n`);
}
