import { problem, type Result, success } from '../../shared/problem.ts';
import type { RunHistory } from '../cache/history/run-history.ts';
import { RunLogs, runsWithLogs } from '../cache/logs/read-logs.ts';
import type { RunRecord } from '../cache/records.ts';
import { list, suggestion } from '../plan/suggest.ts';
import type { CommandLine } from './command-line.ts';
import { requireRun } from './find-run.ts';

/** The number of runs in which a name is searched for, and which may be in progress at the same time. */
const RECENT_RUNS = 20;

/** The runs of a pipeline in a cache directory, and how to write commands for it. */
export interface LogSources {
  readonly cache: string;
  readonly history: RunHistory;
  readonly commandLine: CommandLine;
}

/** The log of a stage in a run. It has no attempts if the stage has not started yet. */
export interface StageLogs {
  readonly run: string;
  readonly stage: string;
  readonly logs: RunLogs;
}

/** Finds the log of a stage in the run that `text` names. With `follow`, the stage may be waiting to start. */
export function logInRun(
  stage: string,
  { text, follow }: { readonly text: string; readonly follow: boolean },
  { cache, history, commandLine }: LogSources,
): Result<StageLogs> {
  // `pipeline verify --keep` leaves logs, but no record of a run.
  const isExact = runsWithLogs(cache).includes(text);
  const found = isExact ? success({ run: text }) : requireRun(text, history, commandLine);
  if (!found.ok) return found;
  const { run } = found.value;
  const logs = new RunLogs(cache, run);
  if (logs.attemptsOf(stage).length > 0) return success({ run, stage, logs });
  const record = history.read(run);
  if (follow && record !== undefined && isInProgress(record, stage)) return success({ run, stage, logs });
  const outcome = record?.stages.find(({ name }) => name === stage)?.outcome;
  if (outcome === undefined)
    return unknownStage(stage, `run ${run} does not have`, record?.stages.map(({ name }) => name) ?? logs.stages());
  const advice = `Its newest log: ${commandLine('logs', stage)}`;
  return problem(
    outcome === 'cached'
      ? `stage "${stage}" has no log in run ${run}, which took its result from the cache`
      : `stage "${stage}" has no log in run ${run} (${outcome})`,
    { advice },
  );
}

/** Finds the newest log of a stage of this pipeline. `pipeline verify --keep` leaves logs without a record of their run. */
export function newestLog(stage: string, { cache, history, commandLine }: LogSources): Result<StageLogs> {
  for (const run of runsWithLogs(cache)) {
    const logs = new RunLogs(cache, run);
    if (logs.attemptsOf(stage).length > 0 && history.mayCount(run)) return success({ run, stage, logs });
  }
  const recent = history.newest(RECENT_RUNS);
  if (recent.length === 0) {
    const advice = `Run the pipeline: ${commandLine('run')}`;
    return problem(`there are no logs${history.ids().length > 0 ? ' of this pipeline' : ''} yet`, { advice });
  }
  const names = [...new Set(recent.flatMap(({ stages }) => stages.map(({ name }) => name)))];
  if (!names.includes(stage)) return unknownStage(stage, 'no recent run has', names);
  return problem(`no log of stage "${stage}" is kept`, {
    advice: `A stage has a log when it has run. To run it again: ${commandLine('run', stage, '--force')}`,
  });
}

/** Returns the run in progress in which the stage has not ended yet, if there is one. */
export function runInProgress(stage: string, { history }: LogSources): RunRecord | undefined {
  return history.newest(RECENT_RUNS).find((run) => isInProgress(run, stage));
}

/** Returns whether a stage is running in a run, or is yet to start. */
export function isInProgress({ holder, stages }: RunRecord, stage: string): boolean {
  const outcome = stages.find(({ name }) => name === stage)?.outcome;
  return holder !== undefined && (outcome === 'running' || outcome === 'waiting');
}

function unknownStage(stage: string, who: string, names: readonly string[]): Result<never> {
  const instances = names.filter((name) => name.startsWith(`${stage}@`));
  const advice = instances.length > 0 ? `Name one: ${list(instances)}.` : suggestion(stage, names);
  return problem(`${who} a stage "${stage}"`, { advice });
}
