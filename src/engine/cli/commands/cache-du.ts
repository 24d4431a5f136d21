import { diskUsageOf } from '../../cache/housekeeping/disk-usage.ts';
import { bytesIn, takeInventory } from '../../cache/housekeeping/inventory.ts';
import { describeUsage } from '../../report/cache-du.ts';
import { memoryOf } from '../../trust/memory.ts';
import { collect } from '../collect.ts';
import { openConsole } from '../console.ts';
import { EXIT } from '../exit.ts';
import { housekeeping } from '../housekeeping.ts';
import { interruptible } from '../interrupt.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';
import { findReferencedKeys } from '../referenced-keys.ts';

/** How many runs `cache gc` keeps by default. */
export const KEEP_RUNS = 10;

/** `pipeline cache du`: shows the disk usage of the cache. */
export function cacheDu(options: CommonOptions): Promise<number> {
  return housekeeping(options, async () => {
    const { signal, release } = interruptible();
    try {
      const project = findProject(options);
      const { cache } = project;
      const referenced = await findReferencedKeys(options, signal);
      const { garbage, leftovers } = collect(referenced, { keepRuns: KEEP_RUNS }, options);
      const free = referenced.lockfileIsRead ? leftovers.reduce((sum, { bytes }) => sum + bytes, garbage.bytes) : 0;
      const usage = diskUsageOf(cache, takeInventory(cache));
      const path = memoryOf(project);
      const memory = path === undefined ? undefined : { path, bytes: bytesIn(path) };
      const { print, printJson, paint } = openConsole(options);
      printJson({ type: 'cache-usage', ...usage, stages: Object.fromEntries(usage.stages), collectable: free, memory });
      print(describeUsage(usage, free, memory, paint));
      return EXIT.ok;
    } finally {
      release();
    }
  });
}
