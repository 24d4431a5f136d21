import { describe, expect, test } from 'vitest';
import { type Facts, isFacts } from '../../../src/engine/summary/facts.ts';
import { toMarkdown } from '../../../src/engine/summary/markdown.ts';
import { expectHarmless, rendered } from './rendered.ts';

const stage = (name: string, outcome: string, reasons: readonly string[] = [], saved: number | null = null) => ({
  ...{ name, outcome, reasons, saved },
  seconds: outcome === 'ran' ? 65 : 0,
});

const FACTS: Facts = {
  ...{ type: 'ci-summary', pipeline: 'fashion', run: '20261128-120000-abcdef0', ending: 'passed', seconds: 80 },
  baseline: 'main (1a2b3c4)',
  stages: [
    stage('ingest', 'cached', [], 30),
    stage('train', 'ran', ['param learning_rate 0.001 → 0.01', 'input images: 1 file changed: a.jpg']),
    stage('evaluate', 'cached', [], 15),
  ],
  metrics: [
    {
      ...{ stage: 'evaluate', name: 'accuracy' },
      before: { value: 0.9, interval: [0.88, 0.92] },
      now: { value: 0.925, interval: [0.9, 0.94] },
    },
    { stage: 'evaluate', name: 'loss', before: { value: 0.3, interval: null }, now: { value: 0.3, interval: null } },
    { stage: 'evaluate', name: 'worst', before: { value: 1, interval: null }, now: { value: 'NaN', interval: null } },
  ],
  notCompared: [],
  verified: [],
  differences: [],
  outdated: [],
  problems: [],
  warnings: [],
  graph: {
    stages: [
      { name: 'ingest', state: 'cached', reasons: [] },
      { name: 'train', state: 'ran', reasons: [] },
    ],
    paths: [{ path: './data', missing: false }],
    edges: [{ kind: 'artifact', from: 'ingest', to: 'train', output: 'samples', input: 'samples' }],
  },
};

/** Returns the headings and the cells of each table that a reader sees. */
function seen(facts: Facts) {
  const document = rendered(toMarkdown(facts, 'job'));
  const cells = [...document.querySelectorAll('tr')].map((row) =>
    [...row.querySelectorAll('th, td')].map(({ innerHTML }) => innerHTML.replaceAll(/<\/?code>/g, '')),
  );
  return { headings: [...document.querySelectorAll('h3, h4')].map(({ textContent }) => textContent), cells };
}

describe('a summary of a run', () => {
  test('says what ran and why, what the cache saved, and which metrics changed by how much', () => {
    const { headings, cells } = seen(FACTS);
    expect(headings).toEqual([
      'Pipeline fashion ✓ passed',
      'Metrics that differ from main (1a2b3c4) (1 do not), with 95 % intervals',
      'What ran, and why',
      '2 stages from the cache: 45 s saved',
      'Graph',
    ]);
    expect(cells).toEqual([
      ['stage', 'metric', 'before', 'now', 'change'],
      ['evaluate', 'accuracy', '0.9 (0.88 to 0.92)', '0.925 (0.9 to 0.94)', '+0.025'],
      ['evaluate', 'worst', '1', 'NaN', ''],
      ['stage', 'outcome', 'time', 'why'],
      ['train', 'ran', '65 s', 'param learning_rate 0.001 → 0.01<br>input images: 1 file changed: a.jpg'],
      ['stage', 'time to compute'],
      ['ingest', '30 s'],
      ['evaluate', '15 s'],
    ]);
  });

  test('has the graph as Mermaid, with what happened to each stage', () => {
    const markdown = toMarkdown(FACTS, 'job');
    expect(markdown).toContain('\n\n```mermaid\nflowchart TD\n');
    expect(markdown).toContain(':::ran\n');
    expect(rendered(markdown).querySelectorAll('pre > code.language-mermaid')).toHaveLength(1);
  });

  test('names the first file that is not reproduced before the others', () => {
    const difference = (file: string) => ({ stage: 'train', file, words: `${file} differs from offset 17 on` });
    const { headings, cells } = seen({
      ...FACTS,
      ending: 'not-reproduced',
      differences: [difference('model/weights.bin'), difference('history.json')],
    });
    expect(headings.slice(0, 3)).toEqual([
      'Pipeline fashion ≠ not reproduced',
      'First file that is not reproduced',
      'Other files that differ',
    ]);
    expect(cells[1]).toEqual(['train', 'model/weights.bin', 'model/weights.bin differs from offset 17 on']);
  });

  test('says which results it could not compare with', () => {
    const loss = { stage: 'evaluate', name: 'loss', before: null, now: { value: 0.3, interval: null } };
    const { cells } = seen({ ...FACTS, notCompared: ['evaluate'], metrics: [loss] });
    expect(cells.slice(0, 2)).toEqual([
      ['stage', 'metric', 'before', 'now', 'change'],
      ['evaluate', 'loss', 'not in the cache', '0.3', ''],
    ]);
  });

  test('shows all metrics without a comparison', () => {
    expect(seen({ ...FACTS, baseline: null }).cells.slice(0, 2)).toEqual([
      ['stage', 'metric', 'now'],
      ['evaluate', 'accuracy', '0.925 (0.9 to 0.94)'],
    ]);
  });
});

const HOSTILE =
  '</code></td></table><script>alert(1)</script> **bold** [link](javascript:x) ![i](data:image/png;base64,AA) @somebody ' +
  'a@b.example #1 GH-1 :tada: https://evil.example www.evil.example `code` ``` | cell | \\| <img src=x onerror=y> ' +
  '<!-- pipeline-summary:pipeline --> ::set-output name=a::b ##[add-mask]x \u001b[2J\u202Egnp\n\n# heading\n\n' +
  '```mermaid\nclick a "javascript:x"\n```\n</pre>\n\n- [ ] task\n<details>';

const OUTSIDE = /somebody|evil|javascript|alert|b\.example|heading|task|tada|gnp|set-output|add-mask/;

function hostileFacts(): Facts {
  const text = HOSTILE;
  return {
    ...{ type: 'ci-summary', pipeline: text, run: text, ending: 'failed', seconds: 1, baseline: text },
    stages: [
      { name: text, outcome: text, seconds: 1, reasons: [text, text], saved: null },
      { name: text, outcome: 'cached', seconds: 0, reasons: [], saved: 1 },
    ],
    metrics: [
      { stage: text, name: text, before: { value: text, interval: null }, now: { value: 1, interval: [0, 2] } },
    ],
    notCompared: [text],
    verified: [text],
    differences: [
      { stage: text, file: text, words: text },
      { stage: text, file: text, words: text },
    ],
    outdated: [{ stage: text, reasons: [text] }],
    problems: [{ stage: text, message: text, place: text, advice: text }],
    warnings: [{ stage: text, message: text, place: text, advice: text }],
    graph: {
      stages: [{ name: text, state: 'failed', reasons: [text], open: true }],
      paths: [{ path: text, missing: true }],
      edges: [{ kind: 'path', from: text, to: text, input: text, include: [text] }],
    },
  };
}

describe('text of a hostile pull request', () => {
  test.each(['job', 'comment'] as const)('is shown, and does nothing: %s', (purpose) => {
    const facts = hostileFacts();
    expect(isFacts(JSON.parse(JSON.stringify(facts)))).toBe(true);
    const markdown = toMarkdown(facts, purpose);
    expectHarmless(markdown, OUTSIDE);
    expect(rendered(markdown).body.textContent).toContain('@somebody');
    expect(markdown).not.toContain('\u001b');
    expect(markdown).not.toContain('<!--');
    expect(markdown).not.toMatch(/^\s*::/m);
  });

  test('cannot end the fence of the graph', () => {
    const [, graph = ''] = toMarkdown(hostileFacts(), 'job').split('<h4>Graph</h4>\n\n```mermaid\n');
    expect(graph.split('```')).toEqual([expect.stringMatching(/\n$/), '\n\n']);
    // Everything from outside is in quotes.
    expect(graph.replaceAll(/"[^"\n]*"/g, '')).not.toMatch(OUTSIDE);
  });
});

describe('the size of a summary', () => {
  const many = (count: number): Facts => {
    const name = (index: number) => `stage-${index}-${'ä'.repeat(400)}`;
    const indexes = Array.from({ length: count }, (_, index) => index);
    return {
      ...FACTS,
      stages: indexes.map((index) => stage(name(index), 'ran', Array(20).fill('&'.repeat(300)))),
      problems: indexes.map((index) => ({ stage: name(index), message: '<'.repeat(9000), place: null, advice: null })),
    };
  };

  test('fits into a comment, and says that something is left out', () => {
    const markdown = toMarkdown(many(1000), 'comment');
    expect(markdown.length).toBeLessThanOrEqual(65_000);
    expect(markdown.length).toBeGreaterThan(30_000);
    expect(markdown).toMatch(/<p>The rest does not fit here\.<\/p>\n$/);
    expectHarmless(markdown, OUTSIDE);
  });

  test('fits into the page of a job, in bytes', () => {
    const facts = { ...many(1000), problems: [] };
    const markdown = toMarkdown(facts, 'job');
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(900 * 1024);
    expect(Buffer.byteLength(markdown)).toBeGreaterThan(500_000);
    expect(markdown).toMatch(/<p>and \d+ more<\/p>/);
    expectHarmless(markdown, OUTSIDE);
  });

  test('has no graph that would not be drawn', () => {
    const edge = { kind: 'artifact', from: 'ingest', to: 'train', output: 'samples', input: 'samples' } as const;
    const graph = { stages: [], paths: [], edges: Array.from({ length: 501 }, () => edge) };
    expect(toMarkdown({ ...FACTS, graph }, 'job')).not.toContain('mermaid');
  });
});

test.each([
  ['another type', { type: 'run-finished' }],
  ['a state that there is not', { graph: { stages: [{ name: 'a', state: 'x', reasons: [] }], paths: [], edges: [] } }],
  ['a list in place of a text', { pipeline: ['a'] }],
  ['a number as text', { seconds: '1' }],
  [
    'an object in place of an interval',
    { metrics: [{ stage: 'a', name: 'b', before: { value: 1, interval: {} }, now: null }] },
  ],
])('facts with %s are refused', (_what, change) => {
  expect(isFacts(FACTS)).toBe(true);
  expect(isFacts({ ...FACTS, ...change })).toBe(false);
});
