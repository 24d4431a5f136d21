import { writeText } from '../../../shared/text/output.ts';
import { chooseColumns, queryRuns, type RunQuery } from '../../cache/history/query-runs.ts';
import { columnsOf } from '../../cache/history/run-columns.ts';
import { RunHistory, tally, verdictOn } from '../../cache/history/run-history.ts';
import type { RunRecord } from '../../cache/records.ts';
import { allColumns, csvOf, describeRuns, usualColumns } from '../../report/runs.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import { housekeeping } from '../housekeeping.ts';
import type { CommonOptions } from '../options.ts';
import { ownHistory } from '../own-runs.ts';
import { readPipelineName } from '../pipeline-name.ts';
import { findProject } from '../project.ts';
import { hasOpenSubmissions } from '../submission-notes.ts';

export interface RunsOptions extends CommonOptions, RunQuery {
  readonly limit: number;
  readonly all: boolean;
  readonly columns?: readonly string[];
  readonly csv: boolean;
  readonly otherPipelines: boolean;
}

/** `pipeline runs`: shows past runs with their metrics and params. */
export function runs(options: RunsOptions): Promise<number> {
  const { limit, all, columns: names, csv, json, sort, filter, reverse, otherPipelines } = options;
  if (csv && json) {
    const advice = 'Give only one of them.';
    return Promise.resolve(reportProblems([{ message: '--csv and --json are two formats', advice }], options));
  }
  return housekeeping(options, async () => {
    const project = findProject(options);
    const history = otherPipelines ? new RunHistory(project.cache) : ownHistory(options, readPipelineName(options));
    const most = all ? Number.POSITIVE_INFINITY : limit;
    // Otherwise the newest runs are enough, and one more to know whether there are others.
    const needsAll = sort !== undefined || filter.length > 0 || reverse;
    const known = history.newest(needsAll ? Number.POSITIVE_INFINITY : most + 1);
    const { print, printJson, paint, width, commandLine } = openConsole({ ...options, json: json || csv });
    // A table for a program has nothing but runs that have begun here.
    const isAsked = !csv && hasOpenSubmissions(project);
    const printOpenRuns = isAsked ? await (await import('../submitted-jobs.ts')).reportOpenRuns(options) : undefined;
    if (known.length === 0) {
      print(otherPipelines ? 'There are no runs yet.' : 'There are no runs of this pipeline yet.');
      if (!otherPipelines && history.ids().length > 0)
        print(next(commandLine('runs', '--other-pipelines'), 'lists those of other pipelines on this cache'));
      printOpenRuns?.(false);
      return EXIT.ok;
    }
    const columns = columnsOf(known);
    const found = queryRuns(known, columns, { filter, reverse, ...(sort !== undefined && { sort }) });
    if (!found.ok) return reportProblems(found.failure, options);
    const shown = found.value.slice(0, most);
    const usual = csv ? allColumns(shown, columns) : usualColumns(shown, columns);
    const chosen = names === undefined ? undefined : chooseColumns(['run', ...names], columns);
    if (chosen?.ok === false) return reportProblems(chosen.failure, options);
    if (json) for (const run of shown) printJson(toJson(run));
    if (csv) writeText(process.stdout, csvOf(shown, chosen?.value ?? usual));
    else if (shown.length === 0) print('No run meets these conditions.');
    else print(describeRuns(shown, chosen?.value ?? usual, { now: new Date(), width, paint }));
    if (found.value.length > shown.length) print(next(commandLine(...wordsOf(options), '--all'), 'shows all of them'));
    printOpenRuns?.(false);
    return EXIT.ok;

    function next(command: string, does: string): string {
      return `${paint('cyan', '→')} ${command}   ${does}`;
    }
  });
}

/** Returns the words of a command line that shows the same runs in the same way. */
function wordsOf({ columns, sort, filter, reverse, otherPipelines, csv }: RunsOptions): readonly string[] {
  return [
    'runs',
    ...(columns === undefined ? [] : ['--columns', columns.join(',')]),
    ...(sort === undefined ? [] : ['--sort', sort]),
    ...(reverse ? ['--reverse'] : []),
    ...filter.flatMap(({ column, operator, value }) => ['--filter', `${column}${operator}${value}`]),
    ...(csv ? ['--csv'] : []),
    ...(otherPipelines ? ['--other-pipelines'] : []),
  ];
}

function toJson(run: RunRecord): object {
  const { run: id, pipeline, file, started, seconds, ok, stages } = run;
  return {
    type: 'run',
    run: id,
    pipeline,
    file,
    started,
    seconds,
    ok,
    outcome: verdictOn(run),
    ...tally(run),
    params: Object.fromEntries(stages.map(({ name, params = {} }) => [name, params])),
    metrics: Object.fromEntries(stages.map(({ name, metrics }) => [name, metrics])),
  };
}
