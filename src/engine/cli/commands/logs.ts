import { setTimeout as delay } from 'node:timers/promises';
import { problem, type Result, success } from '../../../shared/problem.ts';
import type { RunHistory } from '../../cache/history/run-history.ts';
import type { LogEntry } from '../../cache/logs/log-entry.ts';
import { LOG_START, type LogPosition, RunLogs } from '../../cache/logs/read-logs.ts';
import { attemptHeadline, logLines } from '../../report/logs.ts';
import { cacheCommandLineFor } from '../command-line.ts';
import { type Console, openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import { isInProgress, type LogSources, logInRun, newestLog, runInProgress, type StageLogs } from '../find-log.ts';
import { housekeeping } from '../housekeeping.ts';
import { interruptible } from '../interrupt.ts';
import type { CommonOptions } from '../options.ts';
import { ownHistory } from '../own-runs.ts';
import { readPipelineName } from '../pipeline-name.ts';
import { findProject } from '../project.ts';

export interface LogsOptions extends CommonOptions {
  readonly run?: string;
  readonly attempt?: number;
  /** Whether to go on until the stage has ended. */
  readonly follow: boolean;
}

/** How often a log is looked at that is followed, in milliseconds. */
const POLL_MILLISECONDS = 200;

/** `pipeline logs`: shows what a stage has printed. */
export function logs(stage: string, options: LogsOptions): Promise<number> {
  return housekeeping(options, async () => {
    const { signal, release } = interruptible();
    try {
      const { cache } = findProject(options);
      const console = openConsole(options);
      const history = ownHistory(options, readPipelineName(options));
      const sources = { cache, history, commandLine: cacheCommandLineFor(options) };
      const found = find(stage, options, sources);
      if (!found.ok) return reportProblems(found.failure, options);
      await new Printer(found.value, options, sources.history, console).print(signal);
      return EXIT.ok;
    } finally {
      release();
    }
  });
}

function find(stage: string, { run, attempt, follow }: LogsOptions, sources: LogSources): Result<StageLogs> {
  const inProgress = follow && run === undefined ? runInProgress(stage, sources) : undefined;
  if (inProgress !== undefined)
    return success({ run: inProgress.run, stage, logs: new RunLogs(sources.cache, inProgress.run) });
  const found = run === undefined ? newestLog(stage, sources) : logInRun(stage, { text: run, follow }, sources);
  if (!found.ok || attempt === undefined) return found;
  const attempts = found.value.logs.attemptsOf(stage);
  // None has begun if the stage is waiting.
  if (attempts.length === 0 || attempts.includes(attempt)) return found;
  return problem(`stage "${stage}" has no log of attempt ${attempt} in run ${found.value.run}`, {
    advice: attempts.length === 1 ? `It has one of attempt ${attempts[0]}.` : `It has those of ${attempts.join(', ')}.`,
  });
}

/** Prints the log of a stage in a run. */
class Printer {
  readonly #found: StageLogs;
  readonly #options: LogsOptions;
  readonly #history: RunHistory;
  readonly #console: Console;

  constructor(found: StageLogs, options: LogsOptions, history: RunHistory, console: Console) {
    this.#found = found;
    this.#options = options;
    this.#history = history;
    this.#console = console;
  }

  async print(signal: AbortSignal): Promise<void> {
    const { stage, logs: log } = this.#found;
    const printed = new Map<number, AttemptPrinter>();
    for (;;) {
      // Asked first: what was printed before the stage ended is read afterwards.
      const goesOn = this.#options.follow && this.#goesOn();
      for (const attempt of log.attemptsOf(stage)) {
        if (![undefined, attempt].includes(this.#options.attempt)) continue;
        if (!printed.has(attempt)) printed.set(attempt, new AttemptPrinter(this.#found, attempt, this.#console));
        printed.get(attempt)?.print();
      }
      if (!goesOn || printed.get(this.#options.attempt ?? 0)?.hasEnded) break;
      await delay(POLL_MILLISECONDS, undefined, { signal });
    }
    const last = [...printed.values()].at(-1);
    if (last?.hasEnded === false) this.#console.print(this.#openEnd());
  }

  #goesOn(): boolean {
    const record = this.#history.read(this.#found.run);
    return record !== undefined && isInProgress(record, this.#found.stage);
  }

  /** Describes why a log has no end. */
  #openEnd(): string {
    const { paint } = this.#console;
    if (this.#goesOn()) return paint('cyan', 'still running');
    return paint('yellow', 'killed, together with its run');
  }
}

class AttemptPrinter {
  readonly #found: StageLogs;
  readonly #attempt: number;
  readonly #console: Console;
  #position: LogPosition = LOG_START;
  hasEnded = false;

  constructor(found: StageLogs, attempt: number, console: Console) {
    this.#found = found;
    this.#attempt = attempt;
    this.#console = console;
  }

  /** Prints what was added since the last time. */
  print(): void {
    const { stage, logs: log } = this.#found;
    for (const { entries, next } of log.read({ stage, attempt: this.#attempt }, this.#position)) {
      const lines = this.#position === LOG_START ? this.#headLines(entries[0]) : [];
      this.#position = next;
      for (const entry of entries) {
        if (entry.type === 'ended') this.hasEnded = true;
        this.#console.printJson(this.#toJson(entry));
      }
      const all = [...lines, ...entries.flatMap((entry) => logLines(entry, this.#console.paint))];
      if (all.length > 0) this.#console.print(all.join('\n'));
    }
  }

  #headLines(first: LogEntry | undefined): string[] {
    if (first === undefined) return [];
    const { paint } = this.#console;
    const { run, stage } = this.#found;
    const head = attemptHeadline({ stage, attempt: this.#attempt }, run, first.time, paint);
    return first.type === 'started' ? [head] : [head, paint('yellow', 'earlier lines were dropped')];
  }

  #toJson(entry: LogEntry): object {
    const { run, stage } = this.#found;
    const about = { run, stage, attempt: this.#attempt, time: entry.time };
    switch (entry.type) {
      case 'started':
        return { type: 'attempt-started', ...about };
      case 'ended':
        return { type: 'attempt-ended', ...about, outcome: entry.outcome, message: entry.message };
      default:
        return { type: 'log', ...about, source: entry.type, message: entry.message };
    }
  }
}
