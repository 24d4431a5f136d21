import { visible } from '../../../shared/text/visible.ts';
import { arrowsOf, type Graph, LEGEND, type State, statesOf, textOf } from './graph.ts';

const STYLES: Readonly<Record<State | 'outside' | 'missing', string>> = {
  cached: 'fill:#e6f4ea,stroke:#34a853,color:#000',
  'would-run': 'fill:#fef7e0,stroke:#f9ab00,color:#000',
  unknown: 'fill:#f1f3f4,stroke:#80868b,color:#000,stroke-dasharray:4',
  ran: 'fill:#d2e3fc,stroke:#1a73e8,color:#000',
  failed: 'fill:#fce8e6,stroke:#d93025,color:#000',
  'not-run': 'fill:#f1f3f4,stroke:#80868b,color:#000',
  outside: 'fill:#e8f0fe,stroke:#5f6368,color:#000',
  missing: 'fill:#fce8e6,stroke:#d93025,color:#000,stroke-dasharray:4',
};

/** Converts a graph to Mermaid, which GitHub and editors render in Markdown. */
export function toMermaid({ stages, paths, edges }: Pick<Graph, 'stages' | 'paths' | 'edges'>): string {
  const ids = new Map([
    ...stages.map(({ name }, index) => [`artifact ${name}`, `s${index}`] as const),
    ...paths.map(({ path }, index) => [`path ${path}`, `p${index}`] as const),
  ]);
  const used = new Set<string>([
    ...stages.map(({ state }) => state),
    ...(paths.length > 0 ? ['outside'] : []),
    ...(paths.some(({ missing }) => missing) ? ['missing'] : []),
  ]);
  return [
    'flowchart TD',
    ...paths.map(({ path, missing }, index) => {
      const label = missing ? `${path} (missing)` : path;
      return `  p${index}[(${quote(label)})]:::${missing ? 'missing' : 'outside'}`;
    }),
    ...stages.map(
      (stage, index) =>
        `  s${index}[${quote(textOf(stage).join(': ').replace(' ', '\u00a0'))}]:::${className(stage.state)}`,
    ),
    ...arrowsOf(edges).map(({ kind, from, to, label }) => {
      const text = label === '' ? '' : `|${quote(label)}|`;
      return `  ${ids.get(`${kind} ${from}`)} -->${text} ${ids.get(`artifact ${to}`)}`;
    }),
    ...legend(stages, paths.length > 0),
    ...Object.entries(STYLES).flatMap(([name, style]) =>
      used.has(name) ? [`  classDef ${className(name)} ${style}`] : [],
    ),
  ].join('\n');
}

/** Returns the legend. Invisible links arrange its parts in a row. */
function legend(stages: Graph['stages'], hasPaths: boolean): string[] {
  const parts = statesOf(stages).map(({ state, stages: number }) => {
    const { sign, meaning } = LEGEND[state];
    return {
      id: `${className(state)}Legend`,
      node: `[${quote(`${sign} ${meaning} (${number})`)}]:::${className(state)}`,
    };
  });
  if (hasPaths) parts.push({ id: 'outsideLegend', node: `[(${quote('outside the pipeline')})]:::outside` });
  return [
    '  subgraph legend [" "]',
    '    direction LR',
    `    ${parts.map(({ id, node }) => id + node).join(' ~~~ ')}`,
    '  end',
    '  style legend fill:none,stroke:none',
  ];
}

function className(state: string): string {
  return state.replaceAll(/-(\w)/g, (_match, letter: string) => letter.toUpperCase());
}

/** Quotes a text. Mermaid has no escape character: characters of its syntax are written as entities. */
function quote(text: string): string {
  const escaped = visible(text).replaceAll(/["#<>&`\\]/g, (character) => `#${character.codePointAt(0)};`);
  return `"${escaped.replaceAll(/[\n\t]/g, ' ')}"`;
}
