import { count, figure } from '../../shared/text/format.ts';
import type { Estimate } from './estimates.ts';
import type { TaskEvaluation } from './evaluation.ts';
import { ownMetricsOf } from './tasks/kind-metrics.ts';

/** The metrics of the tasks of a kind, as text. */
export interface MetricTable {
  readonly title: string;
  readonly columns: readonly MetricColumn[];
  readonly rows: readonly (readonly string[])[];
}

export interface MetricColumn {
  readonly name: string;
  /** A shorter name where there is little space. */
  readonly short?: string;
  readonly isNumber: boolean;
}

/** The metrics of a kind; the first one is shown with its interval and its baseline. */
interface Shown {
  readonly title: string;
  readonly metrics: readonly (readonly [metric: string, name: string, short?: string])[];
  readonly text: FigureText;
}

type FigureText = (value: number | null | undefined) => string;

const ONE_CLASS: Shown = {
  title: 'Tasks with one class',
  text: shareText,
  metrics: [
    ['accuracy', 'accuracy'],
    ['average_precision', 'average precision', 'AP'],
    ['macro_f1', 'macro F1'],
    ['top_2_accuracy', 'top 2'],
    ['log_loss', 'log loss'],
    ['calibration_error', 'calibration error'],
    ['mean_absolute_error', 'mean absolute error', 'MAE'],
    ['quadratic_weighted_kappa', 'quadratic weighted kappa', 'kappa'],
  ],
};

const SEVERAL_CLASSES: Shown = {
  title: 'Tasks with any number of classes',
  text: shareText,
  metrics: [
    ['mean_average_precision', 'mean average precision', 'mAP'],
    ['macro_f1', 'macro F1'],
    ['micro_f1', 'micro F1'],
    ['hamming_accuracy', 'hamming accuracy', 'hamming'],
    ['exact_match', 'exact match'],
  ],
};

const NUMBERS: Shown = {
  title: 'Numbers',
  text: numberText,
  metrics: [
    ['mean_absolute_error', 'mean absolute error', 'MAE'],
    ['root_mean_squared_error', 'root mean squared error', 'RMSE'],
    ['r2', 'R²'],
  ],
};

/** Returns the name under which a metric is shown. */
export function metricName(metric: string): string {
  const known = [ONE_CLASS, SEVERAL_CLASSES, NUMBERS].flatMap(({ metrics }) => metrics);
  return known.find(([each]) => each === metric)?.[1] ?? metric.replaceAll('_', ' ');
}

const ofText = (name: string): MetricColumn => ({ name, isNumber: false });
const ofNumbers = (name: string, short?: string): MetricColumn => ({ name, ...(short && { short }), isNumber: true });

/** Returns a table for each kind of labels, and one of the metrics of heads of the user's own. */
export function metricTables(tasks: readonly TaskEvaluation[]): readonly MetricTable[] {
  const rows = tasks.flatMap(rowsOf);
  const tables = [ONE_CLASS, SEVERAL_CLASSES, NUMBERS].flatMap((shown) => {
    const own = rows.filter((row) => row.shown === shown);
    return own.length === 0 ? [] : [tableOf(shown, own)];
  });
  return [...tables, ...ownTable(tasks)];
}

interface Row {
  readonly shown: Shown;
  readonly name: string;
  readonly samples: number;
  readonly metrics: Readonly<Record<string, Estimate>>;
}

/** Returns a row for a task, and one for each of several numbers. */
function rowsOf(task: TaskEvaluation): readonly Row[] {
  const row = { name: task.name, samples: task.count, metrics: task.metrics };
  if (task.kind === 'classes') return [{ shown: SEVERAL_CLASSES, ...row }];
  if (task.kind !== 'numbers') return [{ shown: ONE_CLASS, ...row }];
  const each = task.numbers.map(({ name, metrics }, index) => ({
    shown: NUMBERS,
    name: `${task.name}: ${name ?? index}`,
    samples: task.count,
    metrics,
  }));
  return [{ shown: NUMBERS, ...row }, ...(each.length > 1 ? each : [])];
}

/** A metric that no task has makes no column. */
function tableOf({ title, metrics, text }: Shown, rows: readonly Row[]): MetricTable {
  const [first, ...others] = metrics.filter(([metric]) => rows.some((row) => row.metrics[metric] !== undefined));
  const [metric = '', name = '', short] = first ?? [];
  return {
    title,
    columns: [
      ...[ofText('task'), ofNumbers('samples'), ofNumbers(name, short)],
      ...[ofNumbers('95 % interval'), ofNumbers('baseline'), ...others.map(([, ...names]) => ofNumbers(...names))],
    ],
    rows: rows.map((row) => [
      row.name,
      count(row.samples),
      ...estimateCells(row.metrics[metric], text),
      ...others.map(([other]) => text(row.metrics[other]?.value)),
    ]),
  };
}

function ownTable(tasks: readonly TaskEvaluation[]): readonly MetricTable[] {
  const rows = tasks.flatMap((task) =>
    ownMetricsOf(task).map(([name, estimate]) => [task.name, name, ...estimateCells(estimate, numberText)]),
  );
  if (rows.length === 0) return [];
  const columns = [
    ofText('task'),
    ofText('metric'),
    ...['value', '95 % interval', 'baseline'].map((name) => ofNumbers(name)),
  ];
  return [{ title: 'Metrics of heads', columns, rows }];
}

function estimateCells(estimate: Estimate | undefined, text: FigureText): readonly string[] {
  const { value, interval, baseline } = estimate ?? {};
  return [text(value), intervalText(interval, text), text(baseline)];
}

/** Returns a share with four decimals; a metric that is not defined is shown as nothing. */
export function shareText(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : value.toFixed(4);
}

/** Returns a number of any size. */
function numberText(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : figure(value);
}

export function intervalText(interval: Estimate['interval'] | undefined, text: FigureText = shareText): string {
  return interval === null || interval === undefined ? '' : `${text(interval[0])}–${text(interval[1])}`;
}
