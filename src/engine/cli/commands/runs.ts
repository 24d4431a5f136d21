import { RunHistory, verdictOn } from '../../cache/history/run-history.ts';
import type { RunRecord } from '../../cache/records.ts';
import { describeRuns, tally } from '../../report/runs.ts';
import { openConsole } from '../console.ts';
import { EXIT } from '../exit.ts';
import { housekeeping } from '../housekeeping.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';

export interface RunsOptions extends CommonOptions {
  readonly limit: number;
  readonly all: boolean;
}

/** `pipeline runs`: lists past runs, newest first. */
export function runs({ limit, all, ...options }: RunsOptions): Promise<number> {
  return housekeeping(options, async () => {
    const history = new RunHistory(findProject(options).cache);
    const found = history.newest(all ? Number.POSITIVE_INFINITY : limit);
    const { print, printJson, paint, commandLine } = openConsole(options);
    for (const run of found) printJson(toJson(run));
    if (found.length === 0) print('There are no runs yet.');
    else print(describeRuns(found, new Date(), paint));
    const more = history.ids().length - found.length;
    if (found.length === limit && more > 0)
      print(`${paint('cyan', '→')} ${commandLine('runs', '--all')}   shows ${more} more`);
    return EXIT.ok;
  });
}

function toJson(run: RunRecord): object {
  const { run: id, pipeline, started, seconds, ok } = run;
  return { type: 'run', run: id, pipeline, started, seconds, ok, outcome: verdictOn(run), ...tally(run) };
}
