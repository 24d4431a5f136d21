import { withNonFinite } from '../../shared/non-finite.ts';
import type { Problem } from '../../shared/problem.ts';
import { type Paint, painter } from '../../shared/text/style.ts';
import { jsonProblems } from '../report/json.ts';
import { describeProblems } from '../report/problems.ts';
import { EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { findProject } from './project.ts';

/** Where a command's words go: people's to stdout, or with `--json` to stderr. */
export interface Console {
  readonly paint: Paint;
  readonly folders: readonly string[];
  /** Columns that a line has; without a terminal what COLUMNS says, or else as many as a common one. */
  readonly width: number;
  /** For people. */
  print(text: string): void;
  /** One JSON object a line; nothing without `--json`. */
  printJson(value: object): void;
}

export function openConsole(options: CommonOptions): Console {
  const stream = options.json ? process.stderr : process.stdout;
  return {
    paint: painter(stream, options.color, process.env),
    folders: [process.cwd(), findProject(options).root],
    width: stream.columns ?? (Number(process.env['COLUMNS']) || 80),
    print: (text) => {
      stream.write(`${text}\n`);
    },
    printJson: (value) => {
      if (options.json) process.stdout.write(`${JSON.stringify(value, withNonFinite)}\n`);
    },
  };
}

/** Says what is wrong with the command line, the pipeline file or what it names. */
export function reportProblems(problems: readonly Problem[], options: CommonOptions): number {
  const folders = [process.cwd(), findProject(options).root];
  process.stderr.write(`${describeProblems(problems, folders, painter(process.stderr, options.color, process.env))}\n`);
  if (options.json) process.stdout.write(jsonProblems(problems));
  return EXIT.badInput;
}
