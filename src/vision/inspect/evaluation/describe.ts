import { lineWidth, type View } from '../../../shared/extensions/view.ts';
import { bytes, count, plural } from '../../../shared/text/format.ts';
import { cut, cutMiddle, oneLine } from '../../../shared/text/table.ts';
import type { Estimate, Evaluation, TaskEvaluation } from '../../evaluate/evaluation.ts';
import { titledTable } from '../titled-table.ts';

/** Confusion matrices are shown without `--full` up to this number of classes in all. */
const MAX_SHOWN_CLASSES = 30;
const MAX_SHOWN_ERRORS = 5;

const COLUMNS = [
  ['accuracy', 'accuracy'],
  ['average_precision', 'AP'],
  ['macro_f1', 'macro F1'],
  ['top_2_accuracy', 'top 2'],
  ['log_loss', 'log loss'],
  ['calibration_error', 'calibration error'],
] as const;

/** Returns the lines about an evaluation: the metrics, the confusion matrices, and the suspected label errors. */
export function describeEvaluation(evaluation: Evaluation, size: number, view: View): string[] {
  const { tasks } = evaluation;
  const samples = tasks.reduce((sum, task) => sum + task.count, 0);
  const classes = tasks.reduce((sum, task) => sum + task.classes.length, 0);
  const matrices =
    view.full || classes <= MAX_SHOWN_CLASSES
      ? tasks.flatMap((task) => ['', ...confusionMatrix(task, view)])
      : [view.paint('dim', `  … ${plural(tasks.length, 'confusion matrix', 'confusion matrices')} with --full`)];
  return [
    `evaluation of ${plural(samples, 'sample')}, ${bytes(size)}`,
    ...headlines(evaluation).map((line) => cut(line, lineWidth(view))),
    '',
    ...metricsTable(evaluation, view),
    ...matrices,
    ...labelErrors(tasks, view),
  ];
}

function headlines({ weighted, mean_average_precision: precision }: Evaluation): string[] {
  return [
    ...(weighted.accuracy === undefined ? [] : [`  weighted accuracy       ${inWords(weighted.accuracy)}`]),
    `  mean average precision  ${inWords(precision)}`,
  ];
}

function inWords(estimate: Estimate): string {
  const interval = intervalOf(estimate);
  const between = interval === '' ? '' : ` (95 % interval ${interval})`;
  return `${number(estimate.value)}${between}, baseline ${number(estimate.baseline)}`;
}

function metricsTable({ tasks }: Evaluation, view: View): string[] {
  const head = [
    'task',
    'samples',
    'accuracy',
    '95 % interval',
    'baseline',
    ...COLUMNS.slice(1).map(([, name]) => name),
  ];
  const rows = tasks.map(({ name, count: samples, metrics }) => {
    const [first, ...rest] = COLUMNS.map(([metric]) => metrics[metric]);
    const own = [number(first?.value), first === undefined ? '' : intervalOf(first), number(first?.baseline)];
    return [oneLine(name), count(samples), ...own, ...rest.map((each) => number(each?.value))];
  });
  return titledTable([head, ...rows], view);
}

/** Returns a table with a row for each true class and a column for each predicted class. */
function confusionMatrix({ name, classes, confusion }: TaskEvaluation, view: View): string[] {
  const names = classes.map(({ name: own }, label) => oneLine(own ?? String(label)));
  const rows = confusion.map((row, label) => [names[label] ?? '', ...row.map((each) => count(each))]);
  return titledTable([[`${oneLine(name)}: true ↓ predicted →`, ...names], ...rows], view);
}

function labelErrors(tasks: readonly TaskEvaluation[], view: View): string[] {
  const found = tasks.flatMap(({ name, classes, label_errors: { suspected } }) =>
    suspected.map(({ file, label, suggested, suggested_probability: probability }) => {
      const called = (index: number) => oneLine(classes[index]?.name ?? String(index));
      const change = `${oneLine(name)} ${called(label)} → ${called(suggested)} (${number(probability)})`;
      return `  ${cutMiddle(oneLine(file), 40)}: ${change}`;
    }),
  );
  if (found.length === 0) return [];
  const shown = view.full ? found : found.slice(0, MAX_SHOWN_ERRORS);
  const hidden = found.length - shown.length;
  return [
    '',
    `${plural(found.length, 'suspected label error')}`,
    ...shown.map((line) => cut(line, lineWidth(view))),
    ...(hidden > 0 ? [view.paint('dim', `  … ${count(hidden)} more with --full`)] : []),
  ];
}

function intervalOf({ interval }: Estimate): string {
  return interval === null ? '' : `${number(interval[0])}–${number(interval[1])}`;
}

/** A metric that is not defined is shown as nothing. */
function number(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : value.toFixed(4);
}
