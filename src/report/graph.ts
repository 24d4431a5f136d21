import type { StageResult } from '../execute/events.ts';
import type { Plan } from '../plan/plan.ts';
import { sourcesOf } from '../plan/sources.ts';

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly output: string;
  readonly input: string;
}

/** A plan as nodes and edges, with what each stage would do if it is known. */
export interface Graph {
  readonly name: string;
  readonly stages: readonly {
    readonly name: string;
    readonly module: string;
    readonly outcome: StageResult['outcome'] | undefined;
  }[];
  readonly edges: readonly Edge[];
}

export function toGraph(plan: Plan, results: ReadonlyMap<string, StageResult>): Graph {
  return {
    name: plan.name,
    stages: plan.stages.map(({ name, module }) => ({
      name,
      module: module.written,
      outcome: results.get(name)?.outcome,
    })),
    edges: plan.stages.flatMap((stage) =>
      sourcesOf(stage).flatMap(({ input, from }) =>
        from.kind === 'artifact' ? [{ from: from.stage, to: stage.name, output: from.output, input }] : [],
      ),
    ),
  };
}

/** For Markdown: GitHub and editors draw it. */
export function toMermaid({ stages, edges }: Graph): string {
  const index = new Map(stages.map(({ name }, position) => [name, `s${position}`]));
  return [
    'flowchart TD',
    ...stages.map(
      ({ name, outcome }) =>
        `  ${index.get(name)}["${name.replaceAll('"', '#quot;')}"]${outcome === undefined ? '' : `:::${className(outcome)}`}`,
    ),
    ...pairs(edges).map(({ from, to, outputs }) => `  ${index.get(from)} -->|${outputs.join(', ')}| ${index.get(to)}`),
    '  classDef cached fill:#e6f4ea,stroke:#34a853,color:#000',
    '  classDef wouldRun fill:#fef7e0,stroke:#f9ab00,color:#000',
  ].join('\n');
}

/** For Graphviz. */
export function toDot({ name, stages, edges }: Graph): string {
  const quote = (text: string) => JSON.stringify(text);
  return [
    `digraph ${quote(name)} {`,
    '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica", fontsize=12]',
    '  edge [fontname="Helvetica", fontsize=10, color="#5f6368", fontcolor="#5f6368"]',
    ...stages.map(({ name: stage, outcome }) => `  ${quote(stage)}${fill(outcome)}`),
    ...pairs(edges).map(
      ({ from, to, outputs }) => `  ${quote(from)} -> ${quote(to)} [label=${quote(outputs.join(', '))}]`,
    ),
    '}',
  ].join('\n');
}

export async function toSvg(graph: Graph): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  return (await instance()).renderString(toDot(graph), { format: 'svg' });
}

function pairs(edges: readonly Edge[]): { from: string; to: string; outputs: string[] }[] {
  const found = new Map<string, { from: string; to: string; outputs: string[] }>();
  for (const { from, to, output } of edges) {
    const key = JSON.stringify([from, to]);
    const pair = found.get(key) ?? { from, to, outputs: [] };
    pair.outputs.push(output);
    found.set(key, pair);
  }
  return [...found.values()];
}

function className(outcome: StageResult['outcome']): string {
  return outcome === 'cached' ? 'cached' : 'wouldRun';
}

function fill(outcome: StageResult['outcome'] | undefined): string {
  if (outcome === undefined) return '';
  return outcome === 'cached' ? ' [fillcolor="#e6f4ea", color="#34a853"]' : ' [fillcolor="#fef7e0", color="#f9ab00"]';
}
