import type { StageResult } from '../../execute/events.ts';
import type { Plan } from '../../plan/plan.ts';
import { sourcesOf } from '../../plan/sources.ts';

/** What is known about a stage without running it: `cached`, `would-run` or `unknown`. The others are of a run. */
export type State = 'cached' | 'would-run' | 'unknown' | 'ran' | 'failed' | 'not-run';

/** The sign and the meaning of each state, as the legend shows them. */
export const LEGEND: Readonly<Record<State, { readonly sign: string; readonly meaning: string }>> = {
  cached: { sign: '✓', meaning: 'cached' },
  'would-run': { sign: '●', meaning: 'would run' },
  unknown: { sign: '?', meaning: 'unknown: an input is missing' },
  ran: { sign: '▶', meaning: 'ran' },
  failed: { sign: '✗', meaning: 'failed' },
  'not-run': { sign: '○', meaning: 'not run' },
};

export interface GraphStage {
  readonly name: string;
  /** The module or the command, as the pipeline file has it. */
  readonly module?: string;
  readonly command?: string;
  readonly state: State;
  /** Why the stage would run, or why its state is unknown. */
  readonly reasons: readonly string[];
  /** Whether it stands for instances that are not known yet. */
  readonly open?: true;
}

/** A file or directory outside the pipeline. */
export interface GraphPath {
  readonly path: string;
  readonly missing: boolean;
}

export interface Edge {
  /** `artifact`: an output of a stage; `path`: a file or directory outside the pipeline. */
  readonly kind: 'artifact' | 'path';
  /** The name of a stage, or the path as written in the pipeline file. */
  readonly from: string;
  readonly to: string;
  /** The output, if the edge starts at a stage. */
  readonly output?: string;
  /** The name of the input; `matrix.fold` for an output that has the values of a dimension. */
  readonly input: string;
  /** Globs that narrow a path. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** A plan as nodes and edges, with the state of each stage. */
export interface Graph {
  readonly name: string;
  readonly stages: readonly GraphStage[];
  readonly paths: readonly GraphPath[];
  readonly edges: readonly Edge[];
}

export function toGraph(
  plan: Plan,
  results: ReadonlyMap<string, StageResult>,
  isThere: (path: string) => boolean,
): Graph {
  const paths = new Map<string, GraphPath>();
  const edges: Edge[] = [];
  for (const stage of plan.stages) {
    const to = stage.name;
    for (const [dimension, { stage: from, output }] of Object.entries(stage.lists ?? {}))
      edges.push({ kind: 'artifact', from, to, output, input: `matrix.${dimension}` });
    for (const { input, from: source } of sourcesOf(stage)) {
      if (source.kind === 'artifact') {
        edges.push({ kind: 'artifact', from: source.stage, to, output: source.output, input });
        continue;
      }
      const { path, written: from, include, exclude } = source;
      paths.set(from, { path: from, missing: !stage.isOpen && !isThere(path) });
      edges.push({
        kind: 'path',
        from,
        to,
        input,
        ...(include.length > 0 && { include }),
        ...(exclude.length > 0 && { exclude }),
      });
    }
  }
  const stages = plan.stages.map((stage) => ({
    name: stage.name,
    ...(stage.kind === 'module' ? { module: stage.module.written } : { command: stage.command.written }),
    ...stateOf(results.get(stage.name)),
    ...(stage.isOpen && { open: true as const }),
  }));
  return { name: plan.name, stages, paths: [...paths.values()], edges };
}

/** An arrow from one node to another, labelled with everything that is passed along it. */
export interface Arrow {
  readonly kind: Edge['kind'];
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** Combines edges with the same ends into one arrow. */
export function arrowsOf(edges: readonly Edge[]): Arrow[] {
  const labels = new Map<string, { first: Edge; words: Set<string> }>();
  for (const edge of edges) {
    const key = JSON.stringify([edge.kind, edge.from, edge.to]);
    const known = labels.get(key) ?? { first: edge, words: new Set() };
    const word = edge.kind === 'artifact' ? edge.output : filterText(edge);
    if (word !== undefined && word !== '') known.words.add(word);
    labels.set(key, known);
  }
  return [...labels.values()].map(({ first: { kind, from, to }, words }) => ({
    kind,
    from,
    to,
    label: [...words].join(', '),
  }));
}

/** Returns the text of a stage's node. Of one whose instances are not known, it says why. */
export function textOf({ name, state, open, reasons }: GraphStage): string[] {
  return [`${LEGEND[state].sign} ${name}`, ...(open ? reasons : [])];
}

/** Returns the states that occur, in the order of the legend, each with its number of stages. */
export function statesOf(stages: readonly GraphStage[]): { readonly state: State; readonly stages: number }[] {
  return (Object.keys(LEGEND) as State[])
    .map((state) => ({ state, stages: stages.filter((stage) => stage.state === state).length }))
    .filter(({ stages: number }) => number > 0);
}

function filterText({ include = [], exclude = [] }: Edge): string {
  return [...include, ...exclude.map((glob) => `not ${glob}`)].join(', ');
}

function stateOf(result: StageResult | undefined): Pick<GraphStage, 'state' | 'reasons'> {
  if (result === undefined) return { state: 'unknown', reasons: [] };
  switch (result.outcome) {
    case 'ran':
    case 'cached':
      return { state: 'cached', reasons: [] };
    case 'would-run':
      return { state: 'would-run', reasons: result.reasons };
    case 'failed':
      return {
        state: 'unknown',
        reasons: 'problems' in result.failure ? result.failure.problems.map(({ message }) => message) : [],
      };
    case 'blocked':
      return { state: 'unknown', reasons: [`${result.by} is unknown`] };
    case 'cancelled':
      return { state: 'unknown', reasons: [] };
    default:
      return result satisfies never;
  }
}
