import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';
import { hasOpenSubmissions } from '../submission-notes.ts';
import { run } from './run.ts';

/**
 * `pipeline status`: shows which stages would run, and why, by a dry run of all stages or of the given ones. Then, the jobs of
 * runs that are in a queue.
 */
export async function status(stages: readonly string[], options: CommonOptions): Promise<number> {
  // Loaded on demand, since mostly everything is on this machine.
  const isOpen = hasOpenSubmissions(findProject(options));
  const printOpenRuns = isOpen ? await (await import('../submitted-jobs.ts')).reportOpenRuns(options) : undefined;
  const code = await run(stages, {
    ...options,
    dryRun: true,
    keepGoing: true,
    force: false,
    locked: false,
    trustCache: false,
    stack: false,
  });
  printOpenRuns?.(true);
  return code;
}
