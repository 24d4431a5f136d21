import { visible } from '../../../shared/text/visible.ts';
import { arrowsOf, type Graph, type GraphStage, LEGEND, type State, statesOf, textOf } from './graph.ts';
import { textWidth } from './text-width.ts';

interface Colours {
  readonly fill: string;
  readonly line: string;
}

const COLOURS: Readonly<Record<State | 'outside' | 'missing', Colours>> = {
  cached: { fill: '#e6f4ea', line: '#34a853' },
  'would-run': { fill: '#fef7e0', line: '#f9ab00' },
  unknown: { fill: '#f1f3f4', line: '#80868b' },
  ran: { fill: '#d2e3fc', line: '#1a73e8' },
  failed: { fill: '#fce8e6', line: '#d93025' },
  'not-run': { fill: '#f1f3f4', line: '#80868b' },
  outside: { fill: '#e8f0fe', line: '#5f6368' },
  missing: { fill: '#fce8e6', line: '#d93025' },
};

/** Sizes of text, and the space beside it, in points. */
const [FONT_SIZE, SMALL, MARGIN] = [12, 10, 10];

/** Converts a graph to DOT, the language of Graphviz. */
export function toDot(graph: Graph): string {
  const { name, stages, paths, edges } = graph;
  return [
    `digraph ${quote(name)} {`,
    '  bgcolor=white; rankdir=TB; nodesep=0.35; ranksep=0.45',
    `  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=${FONT_SIZE}, height=0.4]`,
    `  edge [fontname="Helvetica", fontsize=${SMALL}, color="#5f6368", fontcolor="#5f6368"]`,
    `  label=${legend(graph)}; labelloc=b; labeljust=c; fontname="Helvetica"`,
    ...paths.map(({ path, missing }) => {
      const colours = missing ? COLOURS.missing : COLOURS.outside;
      const label = missing ? `${path}\n(missing)` : path;
      return `  ${quote(`path ${path}`)} [shape=cylinder, style=filled, label=${quote(label)}, ${widthFor(label)}, ${paint(colours)}]`;
    }),
    ...stages.map((stage) => `  ${quote(`artifact ${stage.name}`)} [${attributes(stage)}]`),
    ...arrowsOf(edges).map(({ kind, from, to, label }) => {
      const text = label === '' ? '' : ` [label=${arrowLabel(label)}]`;
      return `  ${quote(`${kind} ${from}`)} -> ${quote(`artifact ${to}`)}${text}`;
    }),
    '}',
  ].join('\n');
}

export async function toSvg(graph: Graph): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  return (await instance()).renderString(toDot(graph), { format: 'svg' });
}

function attributes(stage: GraphStage): string {
  const { module, command, state, reasons } = stage;
  const { meaning } = LEGEND[state];
  const style = state === 'unknown' ? ', style="rounded,filled,dashed"' : '';
  const tooltip = [module ?? command, [meaning, ...reasons.slice(0, 3)].join(': ')].join('\n');
  const lines = textOf(stage);
  const widest = lines.reduce((a, b) => (b.length > a.length ? b : a));
  return `label=${quote(lines.join('\n'))}, ${widthFor(widest)}, tooltip=${quote(tooltip)}, ${paint(COLOURS[state])}${style}`;
}

/** Graphviz measures text in Helvetica, and whoever looks at the picture may not have that font. */
function widthFor(label: string): string {
  return `width=${((textWidth(visible(label), FONT_SIZE) + 2 * MARGIN) / 72).toFixed(2)}`;
}

function paint({ fill, line }: Colours): string {
  return `fillcolor="${fill}", color="${line}"`;
}

function legend({ stages, paths }: Graph): string {
  const cells = statesOf(stages).map(({ state, stages: number }) => {
    const { sign, meaning } = LEGEND[state];
    return cell(COLOURS[state], `${sign} ${meaning} (${number})`);
  });
  if (paths.length > 0) cells.push(cell(COLOURS.outside, 'outside the pipeline'));
  return `<<table border="0" cellspacing="8" cellpadding="5"><tr>${cells.join('')}</tr></table>>`;
}

function cell({ fill, line }: Colours, text: string): string {
  const width = textWidth(text, SMALL) + MARGIN;
  const attributes = `border="1" style="rounded" width="${width}" bgcolor="${fill}" color="${line}"`;
  return `<td ${attributes}><font point-size="${SMALL}">${text}</font></td>`;
}

/** A label of an arrow, as wide as its text is in any common font, with space between it and the arrow. */
export function arrowLabel(text: string): string {
  const shown = visible(text);
  const escaped = shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const width = textWidth(shown, SMALL) + MARGIN;
  return `<<table border="0" cellspacing="0" cellpadding="0"><tr><td width="${width}">${escaped}</td></tr></table>>`;
}

/**
 * Quotes a text. Newlines are kept; backslashes and ampersands are escaped, so that Graphviz takes them neither for escapes
 * nor for entities.
 */
export function quote(text: string): string {
  const shown = visible(text).replaceAll('&', '&amp;').replaceAll('\\', '\\\\');
  return `"${shown.replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
