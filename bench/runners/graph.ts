import type { Work } from './work.ts';

/** A stage, independent of the tool that runs it. */
export interface Stage {
  readonly name: string;
  readonly work: Work;
  /** The stages whose results it reads, in order. */
  readonly reads: readonly string[];
  /** A file or directory of the project that it reads. */
  readonly source?: string;
}

export type Graph = readonly Stage[];

/** The param of each stage. The values differ, so that no two stages do the same. */
export type Params = Readonly<Record<string, string>>;

export function firstParams(graph: Graph): Params {
  return Object.fromEntries(graph.map(({ name }) => [name, `${name} 1`]));
}

/** Returns the stages that no other stage reads. */
export function targetsOf(graph: Graph): readonly Stage[] {
  return graph.filter(({ name }) => !graph.some(({ reads }) => reads.includes(name)));
}

/** Returns the path of a stage's result. All tools but ours use `out/` for results and `params/` for params. */
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

/** Returns the paths that a stage reads. */
export function inputsOf(graph: Graph, { reads, source }: Stage): readonly string[] {
  return [...reads.map((name) => outputOf(graph, name)), ...(source === undefined ? [] : [source])];
}

/** Returns the command line of a stage. */
export function commandOf(graph: Graph, stage: Stage): string {
  return [
    'node',
    programOf(stage),
    outputOf(graph, stage.name),
    paramsFileOf(stage.name),
    ...inputsOf(graph, stage),
  ].join(' ');
}

/** Returns the expected result of a stage whose work is `join`. */
export function expectedOf(
  graph: Graph,
  params: Params,
  sources: Readonly<Record<string, string>>,
  name: string,
): string {
  const stage = graph.find((candidate) => candidate.name === name);
  if (stage?.work !== 'join') throw new Error(`the work of the stage "${name}" is not "join"`);
  const read = stage.reads.map((other) => expectedOf(graph, params, sources, other));
  return `${read.join('')}${sources[stage.source ?? ''] ?? ''}${params[name]}\n`;
}
