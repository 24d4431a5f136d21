import { writeJson, writeText } from '../../shared/text/output.ts';
import type { RunEvent, RunResult } from '../execute/events.ts';
import { describeFailure } from '../report/failures.ts';
import { jsonReporter } from '../report/json.ts';
import { plainReporter } from '../report/plain.ts';
import { terminalReporter } from '../report/terminal.ts';
import type { Console } from './console.ts';

/** Returns the reporter of a run: redrawn in place on a terminal, otherwise one line per event; JSON with `--json`. */
export function reporterFor(
  options: { readonly json: boolean; readonly dryRun: boolean },
  { paint, print }: Console,
): { emit: (event: RunEvent) => void; close: () => Promise<void> } {
  const redraws = process.stdout.isTTY && process.env['TERM'] !== 'dumb';
  if (redraws && !options.json && !options.dryRun) return terminalReporter(process.stdout, paint);
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

/** Prints each failure in full, with what to do next. */
export function printFailures({ stages }: RunResult, console: Console): void {
  for (const stage of stages) {
    if (stage.outcome === 'failed') console.print(`${describeFailure(stage, console)}\n`);
  }
}
