import { once } from 'node:events';
import { relative } from 'node:path';
import Watchpack from 'watchpack';
import { isAbort } from '../../../shared/abort.ts';
import { listSome } from '../../../shared/text/format.ts';
import { type Console, openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import { interruptible } from '../interrupt.ts';
import { findProject } from '../project.ts';
import { WatchedPaths } from '../watched-paths.ts';
import type { RunCommandOptions, run } from './run.ts';

export interface WatchableOptions extends RunCommandOptions {
  readonly watch: boolean;
}

/** How long nothing must change before a run begins: an editor saves several files, a copy takes a while. */
const QUIET_MILLISECONDS = 200;

/**
 * `pipeline run --watch`: runs the pipeline again whenever something on which it depends has changed, until it is
 * interrupted. What changes during a run counts when that has ended.
 */
export async function watch(
  stages: readonly string[],
  options: WatchableOptions,
  runOnce: typeof run,
): Promise<number> {
  if (options.dryRun) {
    const advice = 'Leave one of them out: a dry run runs nothing, so there is nothing to run again.';
    return reportProblems(
      [{ message: '--watch and --dry-run exclude each other', at: { file: '--watch' }, advice }],
      options,
    );
  }
  const { signal, release } = interruptible();
  const console = openConsole(options);
  const paths = new WatchedPaths(findProject(options));
  // Folders are watched, not files: a hundred thousand images need one watcher for each folder.
  const watcher = new Watchpack({
    aggregateTimeout: QUIET_MILLISECONDS,
    followSymlinks: true,
    ignored: (path) => paths.ignores(path),
  });
  try {
    for (let current: RunCommandOptions = options; ; current = again(options)) {
      const startTime = Date.now();
      watcher.pause();
      await runOnce(stages, current, paths);
      if (signal.aborted) return EXIT.interrupted;
      watcher.watch({ ...paths.sorted(), startTime });
      announce(console);
      const changed = await nextChanges(watcher, signal);
      if (changed === undefined) return EXIT.interrupted;
      tell(changed, console);
    }
  } finally {
    watcher.close();
    release();
  }
}

/** What was asked for once holds for the first run: afterwards, only what has changed runs again. */
function again({ from: _from, ...options }: WatchableOptions): RunCommandOptions {
  return { ...options, force: false };
}

function announce({ print, printJson, paint }: Console): void {
  printJson({ type: 'watching' });
  print(paint('dim', '\nWaiting for changes of the pipeline file, the code and the inputs. Ctrl-C ends it.'));
}

/** Returns what has changed, in a run or since; nothing once the command is interrupted. */
async function nextChanges(
  watcher: InstanceType<typeof Watchpack>,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const { changes, removals } = watcher.getAggregated();
  if (changes.size + removals.size > 0) return [...changes, ...removals];
  try {
    const found: Set<string>[] = await once(watcher, 'aggregated', { signal });
    return found.flatMap((paths) => [...paths]);
  } catch (error) {
    if (isAbort(error)) return undefined;
    throw error;
  }
}

function tell(changed: readonly string[], { print, printJson, paint }: Console): void {
  const shown = changed.map((path) => relative(process.cwd(), path)).sort();
  printJson({ type: 'changed', paths: shown });
  print(`${paint('cyan', 'changed:')} ${listSome(shown)}\n`);
}
