import type { Command } from '../command.ts';
import { type Graph, type Params, paramsFileOf, programOf } from './graph.ts';
import { programText } from './work.ts';

/** A runner as the benchmark sees it: how its project is written, and what its users type. */
export interface Tool {
  readonly name: string;
  readonly role: 'ours' | 'peer' | 'floor';
  /** Whether it brings back an earlier result; else it makes it again. */
  readonly restores: boolean;
  /** The files of its project. */
  files(graph: Graph, params: Params): Readonly<Record<string, string>>;
  /** Path in the project → the folder that a link there leads to. */
  readonly links?: Readonly<Record<string, string>>;
  /** What is typed once, in a new project. */
  readonly begin: readonly Command[];
  /** Brings everything up to date. */
  run(graph: Graph): Command;
  /** Brings the result of one stage back, after it has been deleted. */
  restore(graph: Graph, stage: string): Command;
  /** Where users find that result. */
  result(graph: Graph, stage: string): string;
  /** The results, the cache, and all that it remembers. */
  readonly kept: readonly string[];
}

/** The programs and params of all tools but ours. */
export function commonFiles(graph: Graph, params: Params): Record<string, string> {
  return Object.fromEntries([
    ...graph.map((stage) => [programOf(stage), programText(stage.work)]),
    ...graph.map(({ name }) => [paramsFileOf(name), `${JSON.stringify({ value: params[name] })}\n`]),
  ]);
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
