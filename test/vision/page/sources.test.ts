import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import type { ReportArtifact } from '../../../src/shared/extensions/report.ts';
import { reportSources } from '../../../src/vision/page/sources.tsx';
import evaluate from '../../../stages/evaluate.ts';
import train from '../../../stages/train.ts';
import { params } from '../../stages/training.ts';
import { temporaryFolder, writeFiles } from '../../support/dataset.ts';
import { evaluationOf, size, tags } from '../../support/evaluations.ts';
import { ingestOf } from '../../support/ingest.ts';
import { mixedLabels } from '../../support/mixed-labels.ts';
import { replaced, reportedStages } from '../../support/reported-stages.ts';
import { collected, runStage } from '../../support/run-stage.ts';

const [source] = reportSources;

/** Returns each element of a report as HTML, by its id. */
async function elementsOf(
  artifacts: readonly ReportArtifact[],
  before?: readonly ReportArtifact[],
): Promise<ReadonlyMap<string, string>> {
  const sections = (await source?.sections(artifacts, before)) ?? [];
  return new Map(sections.map(({ id, content }) => [id, renderToString(h('div', {}, content))]));
}

test('a report has what the stages say about data, training and mistakes, in this order', async () => {
  const elements = await elementsOf(await reportedStages());
  expect([...elements.keys()]).toEqual([
    'data',
    'curves',
    'classes',
    'confusion',
    'calibration',
    'mistakes',
    'pictures',
  ]);
  expect(elements.get('curves')).toContain('Least validation loss');
  expect(elements.get('mistakes')).toContain('data:image/webp;base64,');
});

test('the headline is the weighted accuracy with its interval', async () => {
  const headline = source?.headline(await reportedStages());
  expect(headline?.name).toBe('Weighted accuracy');
  const [low = 1, high = 0] = headline?.interval ?? [];
  expect(low).toBeLessThanOrEqual(headline?.value ?? Number.NaN);
  expect(high).toBeGreaterThanOrEqual(headline?.value ?? Number.NaN);
});

test('the metrics that an evaluation has intervals for are those that its stage reports', async () => {
  const intervals = source?.intervals?.(await reportedStages()) ?? [];
  const known = new Map(intervals.map(({ stage, metric, interval }) => [`${stage}.${metric}`, interval]));
  const headline = source?.headline(await reportedStages());
  expect(known.get('evaluate.weighted_accuracy')).toEqual(headline?.interval);
  expect([...known.keys()]).toEqual(
    expect.arrayContaining(['evaluate.mean_average_precision', expect.stringMatching(/^evaluate\.accuracy\//)]),
  );
});

test('a cell of a confusion matrix links to pictures of its samples', async () => {
  const elements = await elementsOf(await reportedStages());
  const links = [...(elements.get('confusion') ?? '').matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.length).toBeGreaterThan(0);
  for (const id of links) expect(elements.get('mistakes')).toContain(`id="${id}"`);
});

test('compared with another run, it has the metrics of both and the images whose prediction flipped', async () => {
  const before = await reportedStages();
  const now = await reportedStages({ learningRate: 3e-3 });
  const changes = (await elementsOf(now, before)).get('changes') ?? '';
  const [, lost, won] = /, (\d+) are now wrong and were right, (\d+) are now right and were wrong/.exec(changes) ?? [];
  expect(Number(won)).toBeGreaterThan(0);
  const headings = [...changes.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, heading]) => heading);
  expect(headings).toContain('Wrong before, right now');
  expect(headings.includes('Right before, wrong now')).toBe(Number(lost) > 0);
  // A run that is compared with itself has no changes.
  expect((await elementsOf(now, now)).has('changes')).toBe(false);
});

test('the names of classes are escaped wherever they stand', async () => {
  const name = '<img src=x onerror=alert(1)>';
  const artifacts = await reportedStages({ classNames: new Map([['colour', [name, 'b', 'c']]]) });
  const elements = await elementsOf(artifacts);
  expect(elements.get('classes')).toContain('&lt;img src=x onerror=alert(1)>');
  for (const html of elements.values()) expect(html).not.toContain('<img src=x');
});

test('files of other stages with the same names are left out', async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'evaluation.json': '{"tasks": [1]}', 'history.json': '[]', 'samples.arrow': 'no table' });
  let artifacts = await reportedStages();
  for (const [output, file] of [
    ['evaluation', 'evaluation.json'],
    ['history', 'history.json'],
    ['samples', 'samples.arrow'],
    ['shards', 'nowhere'],
  ] as const) {
    artifacts = replaced(artifacts, output, join(folder, file));
  }
  expect([...(await elementsOf(artifacts)).keys()]).toEqual([]);
  expect(source?.headline(artifacts)).toBeUndefined();
});

test('a report of tasks with labels of every kind has their metrics, and the largest errors of numbers', async () => {
  const inputs = await mixedLabels(40);
  const trained = await runStage(train, { params: { ...params, epochs: 1, learning_rate: 1e-6 }, inputs });
  const models = collected(trained.outputs['model'] ?? '');
  const evaluated = await runStage(evaluate, { params: { bootstrap_resamples: 20 }, inputs: { ...inputs, models } });
  const artifacts = [
    { stage: 'resize', output: 'shards', file: 'shards', kind: 'directory' as const, path: inputs.shards },
    ...['evaluation.json', 'samples.arrow'].map((file) => {
      const output = file.split('.')[0] ?? '';
      return { stage: 'evaluate', output, file, kind: 'file' as const, path: evaluated.outputs[output] ?? '' };
    }),
    {
      ...{ stage: 'train', output: 'history', file: 'history.json', kind: 'file' as const },
      path: trained.outputs['history'] ?? '',
    },
  ];
  const elements = await elementsOf(artifacts);
  expect([...elements.keys()]).toEqual(expect.arrayContaining(['classes', 'confusion', 'calibration', 'numbers']));
  const classes = elements.get('classes') ?? '';
  for (const words of ['mean average precision', 'quadratic weighted kappa', 'root mean squared error', 'hours: 1'])
    expect(classes).toContain(words);
  expect(classes).toContain('strong');
  // The tasks with one class for each sample have a confusion matrix.
  expect(elements.get('confusion')?.match(/<caption>/g)).toHaveLength(2);
  expect(elements.get('numbers')).toContain('Predicted by true number, hours: 0');
  expect(elements.get('mistakes')).toContain('Largest errors of numbers');
  expect(elements.get('mistakes')).toMatch(/true none|true warm/);
  expect(elements.get('curves')).toContain('mae of hours by epoch');
});

test('without tasks of one class for each sample, the headline is the first metric of the first task', () => {
  const path = join(temporaryFolder(), 'evaluation.json');
  writeFileSync(path, JSON.stringify(evaluationOf(tags, size)));
  const artifact = { stage: 'evaluate', output: 'evaluation', file: 'evaluation.json', kind: 'file' as const, path };
  expect(source?.headline([artifact])).toEqual({
    name: 'Mean average precision of tags',
    value: 0.875,
    interval: [0.775, 0.875],
  });
});

test('a report says what labels of every kind are like, and shows them in words', async () => {
  const root = temporaryFolder();
  writeFiles(root, {
    'labels.csv': [
      'image,tags,price,split',
      ...[1, 2, 3, 4].map((index) => `${index}.jpg,a|b,${index},${index < 4 ? 'train' : 'test'}`),
    ].join('\n'),
    ...Object.fromEntries([1, 2, 3, 4].map((index) => [`${index}.jpg`, 'image'])),
  });
  const tasks = { tags: { kind: 'classes', separator: '|' }, price: 'numbers' };
  const { outputs } = await ingestOf(root, { layout: 'table', annotations: 'labels.csv', columns: { tasks } });
  const file = (output: string, name: string): ReportArtifact => {
    return { stage: 'ingest', output, file: name, kind: 'file', path: outputs[output] ?? '' };
  };
  const elements = await elementsOf([file('tasks', 'tasks.json'), file('samples', 'samples.arrow')]);
  const text = (elements.get('data') ?? '').replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  expect(text).toContain('task class training validation test tags a 2 1 1 tags b 2 1 1');
  expect(text).toContain('price train 2');
  expect(text).toContain('tags: a and b');
});
