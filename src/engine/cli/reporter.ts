import { writeJson, writeText } from '../../shared/text/output.ts';
import type { RunEvent, RunResult } from '../execute/events.ts';
import { describeFailure } from '../report/failures.ts';
import { jsonReporter } from '../report/json.ts';
import { plainReporter } from '../report/plain.ts';
import { terminalReporter } from '../report/terminal.ts';
import type { CommandLine } from './command-line.ts';
import type { Console } from './console.ts';

/** Returns the reporter of a run: redrawn in place on a terminal, otherwise one line per event; JSON with `--json`. */
export function reporterFor(
  options: { readonly json: boolean; readonly dryRun: boolean },
  { paint, print }: Console,
): { emit: (event: RunEvent) => void; close: () => Promise<void> } {
  if (!options.json && !options.dryRun && process.stdout.isTTY) return terminalReporter(process.stdout, paint);
  const write = options.json ? process.stderr : process.stdout;
  const plain = plainReporter((text) => writeText(write, text), paint);
  const json = options.json ? jsonReporter((value) => writeJson(process.stdout, value)) : undefined;
  return {
    emit: (event) => {
      plain(event);
      json?.(event);
    },
    close: async () => print(''),
  };
}

interface FailureOptions {
  /** Whether to print the stacks of errors. */
  readonly stack: boolean;
  /** The cache directory that keeps the logs, and how to write commands for it; undefined if none does. */
  readonly logs: { readonly cache: string; readonly commandLine: CommandLine } | undefined;
}

/** Prints each failure in full, with what to do next. */
export async function printFailures(
  { run, stages }: RunResult,
  console: Console,
  { stack, logs }: FailureOptions,
): Promise<void> {
  const failed = stages.filter((stage) => stage.outcome === 'failed');
  if (failed.length === 0) return;
  const { RunLogs } = await import('../cache/logs/read-logs.ts');
  const kept = logs && new RunLogs(logs.cache, run);
  for (const stage of failed) {
    const hasLog = kept !== undefined && kept.attemptsOf(stage.name).length > 0;
    const log = hasLog ? logs?.commandLine('logs', stage.name, '--run', run) : undefined;
    console.print(`${describeFailure(stage, { ...console, stack, log })}\n`);
  }
}
