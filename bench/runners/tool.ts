import type { Command } from '../command.ts';
import { type Graph, type Params, paramsFileOf, programOf } from './graph.ts';
import { programText } from './work.ts';

/** A runner in the benchmark: its project files and its commands. */
export interface Tool {
  readonly name: string;
  readonly role: 'ours' | 'peer' | 'floor';
  /** Whether it restores earlier results from a cache; otherwise it recomputes them. */
  readonly restores: boolean;
  /** Returns the content of the project's files by path. */
  files(graph: Graph, params: Params): Readonly<Record<string, string>>;
  /** Symbolic links in the project: path → target folder. */
  readonly links?: Readonly<Record<string, string>>;
  /** Commands to run once in a new project. */
  readonly begin: readonly Command[];
  /** Returns the command that brings everything up to date. */
  run(graph: Graph): Command;
  /** Returns the command that restores the deleted result of a stage. */
  restore(graph: Graph, stage: string): Command;
  /** Returns the path of a stage's result. */
  result(graph: Graph, stage: string): string;
  /** The paths of results, cache and other state. */
  readonly kept: readonly string[];
}

/** Returns the programs and params files, which are the same for all tools but ours. */
export function commonFiles(graph: Graph, params: Params): Record<string, string> {
  return Object.fromEntries([
    ...graph.map((stage) => [programOf(stage), programText(stage.work)]),
    ...graph.map(({ name }) => [paramsFileOf(name), `${JSON.stringify({ value: params[name] })}\n`]),
  ]);
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
