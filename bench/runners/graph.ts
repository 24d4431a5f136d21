import type { Work } from './work.ts';

/** A stage as every tool is told of it. */
export interface Stage {
  readonly name: string;
  readonly work: Work;
  /** The stages whose results it reads, in order. */
  readonly reads: readonly string[];
  /** A file or directory of the project that it reads. */
  readonly source?: string;
}

export type Graph = readonly Stage[];

/** Stage → its one param. Each stage has another, so that no two of them do the same. */
export type Params = Readonly<Record<string, string>>;

export function firstParams(graph: Graph): Params {
  return Object.fromEntries(graph.map(({ name }) => [name, `${name} 1`]));
}

/** The stages that no other reads. */
export function targetsOf(graph: Graph): readonly Stage[] {
  return graph.filter(({ name }) => !graph.some(({ reads }) => reads.includes(name)));
}

/** What the tools other than ours have in common: results under `out/`, params under `params/`, a program a stage. */
export function outputOf(graph: Graph, name: string): string {
  const stage = graph.find((candidate) => candidate.name === name);
  return stage?.work === 'many-files' ? `out/${name}` : `out/${name}.txt`;
}

export function paramsFileOf(name: string): string {
  return `params/${name}.json`;
}

export function programOf({ work }: Stage): string {
  return `work/${work}.mjs`;
}

/** The paths that a stage reads. */
export function inputsOf(graph: Graph, { reads, source }: Stage): readonly string[] {
  return [...reads.map((name) => outputOf(graph, name)), ...(source === undefined ? [] : [source])];
}

/** The command line of a stage. */
export function commandOf(graph: Graph, stage: Stage): string {
  return [
    'node',
    programOf(stage),
    outputOf(graph, stage.name),
    paramsFileOf(stage.name),
    ...inputsOf(graph, stage),
  ].join(' ');
}

/** What a stage whose work is «join» has to put out. */
export function expectedOf(
  graph: Graph,
  params: Params,
  sources: Readonly<Record<string, string>>,
  name: string,
): string {
  const stage = graph.find((candidate) => candidate.name === name);
  if (stage?.work !== 'join') throw new Error(`«${name}» is not a stage that joins`);
  const read = stage.reads.map((other) => expectedOf(graph, params, sources, other));
  return `${read.join('')}${sources[stage.source ?? ''] ?? ''}${params[name]}\n`;
}
