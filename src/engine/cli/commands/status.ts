import type { CommonOptions } from '../options.ts';
import { run } from './run.ts';

/** What would run and why: a dry run of everything. */
export function status(options: CommonOptions): Promise<number> {
  return run([], { ...options, dryRun: true, keepGoing: true, force: false, locked: false });
}
