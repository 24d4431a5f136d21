import { describe, expect, test } from 'vitest';
import { toDot, toSvg } from '../../../../src/engine/report/graph/dot.ts';
import type { Graph } from '../../../../src/engine/report/graph/graph.ts';
import { toMermaid } from '../../../../src/engine/report/graph/mermaid.ts';

/** Names as a matrix gives them, and worse. */
const graph: Graph = {
  name: 'ma"trix',
  stages: [
    { name: 'train@backbone=small-cnn,seed=1', module: 'train.ts', state: 'cached', reasons: [] },
    { name: 'train@lr="<1e-4>"&#', module: 'train.ts', state: 'would-run', reasons: ['param "lr" 1 → 2'] },
    { name: 'evaluate', module: 'evaluate.ts', state: 'unknown', reasons: [] },
  ],
  paths: [
    { path: 'C:\\new "data"', missing: false },
    { path: './gone', missing: true },
  ],
  edges: [
    {
      kind: 'path',
      from: 'C:\\new "data"',
      to: 'train@backbone=small-cnn,seed=1',
      input: 'data',
      exclude: ['**/*.csv'],
    },
    { kind: 'path', from: './gone', to: 'evaluate', input: 'data' },
    { kind: 'artifact', from: 'train@backbone=small-cnn,seed=1', to: 'evaluate', output: 'model', input: 'first' },
    { kind: 'artifact', from: 'train@backbone=small-cnn,seed=1', to: 'evaluate', output: 'history', input: 'second' },
    { kind: 'artifact', from: 'train@lr="<1e-4>"&#', to: 'evaluate', output: 'model', input: 'third' },
  ],
};

describe('a graph', () => {
  test('as Mermaid: states, paths from outside, one arrow for all between two stages, a legend', () => {
    const nbsp = '\u00a0';
    expect(toMermaid(graph).split('\n')).toEqual([
      'flowchart TD',
      '  p0[("C:#92;new #34;data#34;")]:::outside',
      '  p1[("./gone (not there)")]:::missing',
      `  s0["✓${nbsp}train@backbone=small-cnn,seed=1"]:::cached`,
      `  s1["●${nbsp}train@lr=#34;#60;1e-4#62;#34;#38;#35;"]:::wouldRun`,
      `  s2["?${nbsp}evaluate"]:::unknown`,
      '  p0 -->|"not **/*.csv"| s0',
      '  p1 --> s2',
      '  s0 -->|"model, history"| s2',
      '  s1 -->|"model"| s2',
      '  subgraph legend [" "]',
      '    direction LR',
      '    cachedLegend["✓ cached (1)"]:::cached ~~~ wouldRunLegend["● would run (1)"]:::wouldRun ~~~ unknownLegend["? unknown: an input is missing (1)"]:::unknown ~~~ outsideLegend[("from outside")]:::outside',
      '  end',
      '  style legend fill:none,stroke:none',
      expect.stringMatching(/^ {2}classDef cached /),
      expect.stringMatching(/^ {2}classDef wouldRun /),
      expect.stringMatching(/^ {2}classDef unknown /),
      expect.stringMatching(/^ {2}classDef outside /),
      expect.stringMatching(/^ {2}classDef missing /),
    ]);
  });

  test('as DOT, with names quoted', () => {
    const dot = toDot(graph);
    expect(dot).toContain('digraph "ma\\"trix" {');
    expect(dot).toContain('"artifact train@lr=\\"<1e-4>\\"&#" -> "artifact evaluate" [label="  model  "]');
    expect(dot).toContain('"path C:\\\\new \\"data\\"" [shape=cylinder');
  });

  test('as SVG, that shows names and legend as they are', async () => {
    const svg = await toSvg(graph);
    for (const text of [
      '✓ train@backbone=small&#45;cnn,seed=1',
      '● train@lr=&quot;&lt;1e&#45;4&gt;&quot;&amp;#',
      'C:\\new &quot;data&quot;',
      '(not there)',
      '● would run (1)',
      'from outside',
    ])
      expect(svg).toContain(`>${text}</text>`);
    expect(svg).toContain('would run: param &quot;lr&quot; 1 → 2');
  });
});
