import type { JSX } from 'preact';
import { svgNode } from '../../shared/page/svg.ts';
import { visible } from '../../shared/text/visible.ts';
import { arrowLabel, quote } from '../report/graph/dot.ts';
import { textWidth } from '../report/graph/text-width.ts';
import type { ReportedRun } from './reported-run.ts';

/** More nodes than this are drawn as one for each stage of the pipeline file, whatever its matrix. */
const MOST_NODES = 80;
const [FONT_SIZE, SMALL, MARGIN] = [12, 10, 10];

interface Node {
  readonly name: string;
  readonly count: number;
  readonly outcome: string;
}

/** Draws which stage reads from which. Colours come from the rules of the page, for light and dark. */
export async function RunGraph({ stages, edges }: ReportedRun): Promise<JSX.Element> {
  const nameOf = stages.length > MOST_NODES ? declaredName : (name: string) => name;
  const nodes = new Map<string, Node>();
  for (const { name, outcome } of stages) {
    const known = nodes.get(nameOf(name));
    const worst = known === undefined || known.outcome === outcome ? outcome : worseOf(known.outcome, outcome);
    nodes.set(nameOf(name), { name: nameOf(name), count: (known?.count ?? 0) + 1, outcome: worst });
  }
  const arrows = new Map<string, { from: string; to: string; labels: Set<string> }>();
  for (const { from, output, to } of edges) {
    const ends = [nameOf(from), nameOf(to)] as const;
    const arrow = arrows.get(JSON.stringify(ends)) ?? { from: ends[0], to: ends[1], labels: new Set<string>() };
    arrows.set(JSON.stringify(ends), arrow);
    arrow.labels.add(output);
  }
  const dot = [
    'digraph run {',
    '  bgcolor=transparent; rankdir=TB; nodesep=0.3; ranksep=0.4',
    `  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=${FONT_SIZE}, height=0.4]`,
    `  edge [fontname="Helvetica", fontsize=${SMALL}]`,
    ...Array.from(nodes.values(), nodeLine),
    ...Array.from(
      arrows.values(),
      ({ from, to, labels }) => `  ${quote(from)} -> ${quote(to)} [label=${arrowLabel([...labels].join(', '))}]`,
    ),
    '}',
  ].join('\n');
  const { instance } = await import('@viz-js/viz');
  const drawn = (await instance()).renderString(dot, { format: 'svg' });
  const label = `Graph of ${nodes.size} stages; the table below has the same.`;
  // On a narrow screen it scrolls, so it has to be reachable by keyboard.
  const reachable = { tabIndex: 0, 'aria-label': 'Graph of the stages' };
  return (
    <figure class="graph" {...reachable}>
      {svgNode(drawn, { role: 'img', 'aria-label': label })}
    </figure>
  );
}

/** `train` for `train@seed=1`. */
function declaredName(name: string): string {
  return name.split('@')[0] ?? name;
}

function worseOf(one: string, other: string): string {
  const order = ['failed', 'killed', 'running', 'waiting', 'cancelled', 'blocked', 'ran', 'cached'];
  return order.find((outcome) => outcome === one || outcome === other) ?? one;
}

function nodeLine({ name, count, outcome }: Node): string {
  const label = count === 1 ? name : `${name} (${count})`;
  const width = ((textWidth(visible(label), FONT_SIZE) + 2 * MARGIN) / 72).toFixed(2);
  return `  ${quote(name)} [label=${quote(label)}, width=${width}, class=${quote(outcome)}]`;
}
