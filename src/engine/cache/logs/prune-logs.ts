import { rmSync } from 'node:fs';
import { bytesIn } from '../housekeeping/inventory.ts';
import { CachePaths } from '../local/paths.ts';
import { quietly } from '../local/quietly.ts';
import { runsWithLogs } from './read-logs.ts';

/** Deletes the logs of the oldest runs, so that what stages print cannot fill the disk. Those of the newest run are kept. */
export function pruneLogs(cache: string, { bytes = 1e9, runs = 100 } = {}): void {
  const paths = new CachePaths(cache);
  let total = 0;
  for (const [index, run] of runsWithLogs(cache).entries()) {
    const folder = paths.logsOf(run);
    quietly(() => {
      total += bytesIn(folder);
      if (index > 0 && (total > bytes || index >= runs)) rmSync(folder, { recursive: true, force: true });
    });
  }
}
