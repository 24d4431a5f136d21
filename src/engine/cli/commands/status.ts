import type { CommonOptions } from '../options.ts';
import { run } from './run.ts';

/** `pipeline status`: shows which stages would run, and why, by a dry run of all stages. */
export function status(options: CommonOptions): Promise<number> {
  return run([], { ...options, dryRun: true, keepGoing: true, force: false, locked: false, trustCache: false });
}
