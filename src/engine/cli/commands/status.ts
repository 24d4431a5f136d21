import type { CommonOptions } from '../options.ts';
import { run } from './run.ts';

/** `pipeline status`: shows which stages would run, and why, by a dry run of all stages or of the given ones. */
export function status(stages: readonly string[], options: CommonOptions): Promise<number> {
  return run(stages, {
    ...options,
    dryRun: true,
    keepGoing: true,
    force: false,
    locked: false,
    trustCache: false,
    stack: false,
  });
}
