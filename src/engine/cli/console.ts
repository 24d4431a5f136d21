import type { Problem } from '../../shared/problem.ts';
import { ciServiceOf } from '../../shared/text/ci-service.ts';
import { writeJson, writeLogCommand, writeText } from '../../shared/text/output.ts';
import { type Paint, painter } from '../../shared/text/style.ts';
import { githubAnnotations } from '../report/ci/annotations.ts';
import { jsonProblems } from '../report/json.ts';
import { describeProblems, type Severity } from '../report/problems.ts';
import { type CommandLine, commandLineFor } from './command-line.ts';
import { EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { findProject } from './project.ts';

/** The output streams of a command: text goes to stdout or, with `--json`, to stderr. */
export interface Console {
  readonly paint: Paint;
  readonly folders: readonly string[];
  /** The number of columns of the terminal; if the output is not a terminal, `COLUMNS` or 80. */
  readonly width: number;
  /** Formats a command for the same pipeline, params and cache. */
  readonly commandLine: CommandLine;
  /** Prints text for people. */
  print(text: string): void;
  /** In a job of GitHub, shows problems of a stage beside the code that they are about. */
  annotate(problems: readonly Problem[], severity: Severity, title: string): void;
  /** Prints one JSON object on one line; prints nothing without `--json`. */
  printJson(value: object): void;
}

export function openConsole(options: CommonOptions): Console {
  const stream = options.json ? process.stderr : process.stdout;
  const folders = [process.cwd(), findProject(options).root];
  return {
    paint: painter(stream, options.color, process.env),
    folders,
    annotate: (problems, severity, title) => annotate(problems, severity, title, { stream, folders }),
    commandLine: commandLineFor(options),
    width: widthOf(stream),
    print: (text) => {
      writeText(stream, `${text}\n`);
    },
    printJson: (value) => {
      if (options.json) writeJson(process.stdout, value);
    },
  };
}

/** Returns the number of columns of a terminal; if the output is not a terminal, `COLUMNS` or 80. */
export function widthOf(stream: NodeJS.WriteStream): number {
  return stream.columns ?? (Number(process.env['COLUMNS']) || 80);
}

/** Reports problems of the command line, the pipeline file or the data it names, and returns the exit code. */
export function reportProblems(problems: readonly Problem[], options: CommonOptions): number {
  printProblems(problems, options, 'error');
  if (options.json) for (const line of jsonProblems(problems)) writeJson(process.stdout, line);
  return EXIT.badInput;
}

/** Reports problems in spite of which the command goes on. */
export function reportWarnings(problems: readonly Problem[], options: CommonOptions): void {
  printProblems(problems, options, 'warning');
}

function printProblems(problems: readonly Problem[], options: CommonOptions, severity: Severity): void {
  const folders = [process.cwd(), findProject(options).root];
  const paint = painter(process.stderr, options.color, process.env);
  writeText(process.stderr, `${describeProblems(problems, folders, paint, severity)}\n`);
  annotate(problems, severity, 'pipeline', { stream: process.stderr, folders });
}

/** In a job of GitHub, shows problems beside the code that they are about, too. */
function annotate(
  problems: readonly Problem[],
  severity: Severity,
  title: string,
  { stream, folders }: { readonly stream: NodeJS.WriteStream; readonly folders: readonly string[] },
): void {
  const workspace = process.env['GITHUB_WORKSPACE'];
  if (ciServiceOf(process.env) !== 'github' || workspace === undefined) return;
  writeLogCommand(stream, githubAnnotations(problems, severity, title, { folders, workspace }));
}
