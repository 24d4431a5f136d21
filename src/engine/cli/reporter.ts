import { type CiService, ciServiceOf } from '../../shared/text/ci-service.ts';
import { writeJson, writeLogCommand, writeText } from '../../shared/text/output.ts';
import type { Emit, RunEvent, RunResult } from '../execute/events.ts';
import { describeFailure, problemsOf } from '../report/failures.ts';
import { jsonReporter } from '../report/json.ts';
import { plainReporter } from '../report/plain.ts';
import { terminalReporter } from '../report/terminal.ts';
import type { CommandLine } from './command-line.ts';
import type { Console } from './console.ts';

interface Reporter {
  readonly emit: (event: RunEvent) => void;
  readonly close: () => Promise<void>;
}

/**
 * Returns the reporter of a run: in a job of a CI service for its log; on a terminal redrawn in place; otherwise one
 * line per event; JSON with `--json`.
 */
export function reporterFor(
  options: { readonly json: boolean; readonly dryRun: boolean },
  console: Console,
): Promise<Reporter> | Reporter {
  const service = options.dryRun ? undefined : ciServiceOf(process.env);
  if (service !== undefined) return ciLog(options, service, console);
  const { paint, print } = console;
  const redraws = process.stdout.isTTY && process.env['TERM'] !== 'dumb';
  if (redraws && !options.json && !options.dryRun) return terminalReporter(process.stdout, paint);
  const write = options.json ? process.stderr : process.stdout;
  const plain = plainReporter((text) => writeText(write, text), paint);
  return { emit: withJson(plain, options), close: async () => print('') };
}

/** Some services give jobs a terminal, but what it would redraw fills their logs. */
async function ciLog(options: { readonly json: boolean }, service: CiService, console: Console): Promise<Reporter> {
  // Loaded on demand, since most runs are not in CI.
  const { ciReporter } = await import('../report/ci/log.ts');
  const stream = options.json ? process.stderr : process.stdout;
  const output = {
    write: (text: string) => writeText(stream, text),
    command: (text: string) => writeLogCommand(stream, text),
  };
  const { emit, close } = ciReporter(output, service, console.paint);
  return {
    emit: withJson((event) => {
      emit(event);
      if (event.type === 'stage-warning') console.annotate([event.problem], 'warning', event.stage);
    }, options),
    close: async () => {
      close();
      console.print('');
    },
  };
}

function withJson(emit: Emit, { json }: { readonly json: boolean }): Emit {
  if (!json) return emit;
  const report = jsonReporter((value) => writeJson(process.stdout, value));
  return (event) => {
    emit(event);
    report(event);
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
    console.annotate(problemsOf(stage.failure), 'error', stage.name);
  }
}
