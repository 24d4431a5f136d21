import { barX, ruleX } from '@observablehq/plot';
import type { JSX } from 'preact';
import { chart } from '../../shared/page/chart.ts';
import { DataTable } from '../../shared/page/data-table.tsx';
import { count } from '../../shared/text/format.ts';
import type { ShardSet } from '../data/shards/shards.ts';
import { spread } from '../data/shards/spread.ts';
import type { Duplicates } from '../data/tables/duplicates.ts';
import { labelText } from '../data/tables/label-text.ts';
import type { SampleTable } from '../data/tables/samples.ts';
import type { EvaluatedSplit } from '../data/tables/task.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { type ClassCounts, numberRows, type TaskCounts } from '../inspect/class-counts.ts';
import { extremeImages } from './extreme-images.ts';
import { type Captioned, type Pictures, pictureList } from './pictures.tsx';

/** More classes are shown as a table only. */
const MOST_BARS = 100;
const SHOWN_SAMPLES = 16;
const SHOWN_DUPLICATES = 20;

interface Data {
  readonly counts: ClassCounts | undefined;
  readonly samples: SampleTable | undefined;
  /** As far as it is known: what is in a cache may have been changed. */
  readonly evaluation: Partial<Pick<Evaluation, 'duplicates' | 'split'>> | undefined;
  readonly shards: ShardSet | undefined;
}

/** What the data set is like: its classes by split, some of its images, and images that may be unusable. */
export async function dataElement(data: Data, pictures: Pictures): Promise<JSX.Element> {
  const { counts, samples, evaluation, shards } = data;
  const extremes = shards === undefined ? undefined : await extremeImages(shards);
  const table = counts?.tasks.flatMap(classRows) ?? [];
  const hasTest = table.some(({ test }) => test !== undefined);
  return (
    <>
      {table.length > 0 && table.length <= MOST_BARS && balanceChart(table)}
      {table.length > 0 && (
        <details open={table.length <= MOST_BARS ? undefined : true}>
          <summary>{count(table.length)} classes as a table</summary>
          <DataTable
            caption="Samples by class and split"
            columns={[
              { name: 'task' },
              { name: 'class' },
              { name: 'training', numeric: true },
              { name: 'validation', numeric: true },
              ...(hasTest ? [{ name: 'test', numeric: true }] : []),
            ]}
            rows={table.map(({ task, name, train, validation, test = 0 }) => [
              task,
              name,
              train,
              validation,
              ...(hasTest ? [test] : []),
            ])}
            sortable
          />
        </details>
      )}
      {evaluation?.duplicates !== undefined && duplicateList(evaluation.duplicates, evaluation.split ?? 'validation')}
      {counts !== undefined && numbersTable(counts)}
      {samples !== undefined && (
        <>
          <h3>Samples</h3>
          {await pictureList(evenly(samples), pictures)}
        </>
      )}
      {extremes !== undefined && extremes.dark.length > 0 && (
        <>
          <h3>Very dark images</h3>
          <p>Mean brightness below 40 of 255, among {count(extremes.examined)} images that were examined.</p>
          {await pictureList(extremes.dark, pictures)}
        </>
      )}
      {extremes !== undefined && extremes.plain.length > 0 && (
        <>
          <h3>Images with little detail</h3>
          <p>
            Blurred, or of one plain colour: less than a tenth of the detail of the median image (variance of the
            Laplacian).
          </p>
          {await pictureList(extremes.plain, pictures)}
        </>
      )}
    </>
  );
}

interface ClassRow {
  readonly task: string;
  readonly name: string;
  readonly train: number;
  readonly validation: number;
  /** Undefined if the data set has no test split. */
  readonly test: number | undefined;
}

function classRows({ name: task, classes, class_names: names, counts }: TaskCounts): readonly ClassRow[] {
  if (counts === undefined) return [];
  return Array.from({ length: classes }, (_, index) => ({
    task,
    name: names?.[index] ?? String(index),
    train: counts['train']?.[index] ?? 0,
    validation: counts['validation']?.[index] ?? 0,
    test: counts['test']?.[index],
  }));
}

function balanceChart(rows: readonly ClassRow[]): JSX.Element {
  const bars = rows.flatMap(({ task, name, train, validation }) => [
    { label: `${task} ${name}`, samples: train, split: 'training' },
    { label: `${task} ${name}`, samples: validation, split: 'validation' },
  ]);
  return chart('Samples of each class in training (dark) and validation (light); the table below has the numbers', {
    width: 760,
    height: 50 + 14 * rows.length,
    marginLeft: 190,
    x: { label: 'samples (dark: training, light: validation)', grid: true },
    y: { label: null, domain: rows.map(({ task, name }) => `${task} ${name}`) },
    marks: [
      barX(bars, {
        x: 'samples',
        y: 'label',
        fill: 'currentColor',
        fillOpacity: ({ split }: { readonly split: string }) => (split === 'training' ? 0.65 : 0.3),
      }),
      ruleX([0]),
    ],
    opacity: { type: 'identity' },
  });
}

function numbersTable({ tasks }: ClassCounts): JSX.Element | null {
  const rows = tasks.flatMap(numberRows);
  if (rows.length === 0) return null;
  const columns = ['number', 'split', 'samples', 'minimum', 'maximum', 'mean', 'standard deviation'];
  return (
    <>
      <h3>Numbers</h3>
      <DataTable
        caption="Labels that are numbers"
        columns={columns.map((name, index) => ({ name, numeric: index > 1 }))}
        rows={rows.map((row) => columns.map((_, index) => row[index] ?? ''))}
        sortable
      />
    </>
  );
}

function duplicateList({ exact, near }: Duplicates, split: EvaluatedSplit): JSX.Element {
  const pairs = [...exact, ...near];
  if (pairs.length === 0) return <p>No {split} image is also a training image.</p>;
  return (
    <>
      <h3>Duplicates across the split</h3>
      <p>
        {count(exact.length)} {split} images are identical to a training image and {count(near.length)} nearly so, which
        flatters the metrics.
        {pairs.length > SHOWN_DUPLICATES && ` The first ${SHOWN_DUPLICATES} are shown.`}
      </p>
      <DataTable
        caption="Duplicates"
        columns={[{ name: split }, { name: 'training' }]}
        rows={pairs.slice(0, SHOWN_DUPLICATES).map(({ validation, train }) => [validation, train])}
      />
    </>
  );
}

/** Returns images at equal distances in the shuffled samples. */
function evenly({ samples, classNames, kinds }: SampleTable): readonly Captioned[] {
  return spread(samples.length, SHOWN_SAMPLES).map((row) => {
    const { file = '', task = '', label = '', split = '' } = samples[row] ?? {};
    return { file, lines: [`${task}: ${labelText(label, kinds?.get(task), classNames.get(task))}`, split] };
  });
}
