import { lineWidth, type View } from '../../../shared/extensions/view.ts';
import { bytes, count, plural } from '../../../shared/text/format.ts';
import { cut, cutMiddle, oneLine } from '../../../shared/text/table.ts';
import type { Estimate } from '../../evaluate/estimates.ts';
import type { Evaluation, TaskEvaluation } from '../../evaluate/evaluation.ts';
import { intervalText, metricTables, shareText } from '../../evaluate/metric-tables.ts';
import { suspectedIn } from '../../evaluate/suspected-words.ts';
import type { ClassTaskEvaluation } from '../../evaluate/tasks/class-task.ts';
import type { MultiLabelTaskEvaluation } from '../../evaluate/tasks/multi-label-task.ts';
import { titledTable } from '../titled-table.ts';

/** Confusion matrices and tables of classes are shown without `--full` up to this number of classes in all. */
const MAX_SHOWN_CLASSES = 30;
const MAX_SHOWN_ERRORS = 5;

/** Returns the lines about an evaluation: the metrics, what is confused, and the suspected label errors. */
export function describeEvaluation(evaluation: Evaluation, size: number, view: View): string[] {
  const { tasks, split } = evaluation;
  const samples = tasks.reduce((sum, task) => sum + task.count, 0);
  const of = split === 'test' ? 'test label' : 'label';
  return [
    `evaluation of ${plural(samples, of)}, ${bytes(size)}`,
    ...headlines(evaluation).map((line) => cut(line, lineWidth(view))),
    ...metricTables(tasks).flatMap(({ columns, rows }) => {
      const head = columns.map(({ name, short = name }) => short);
      return ['', ...titledTable([head, ...rows.map((row) => row.map(oneLine))], view)];
    }),
    ...classTables(tasks, view),
    ...labelErrors(tasks, view),
  ];
}

function headlines({ weighted, mean_average_precision: precision }: Evaluation): string[] {
  return [
    ...(weighted?.accuracy === undefined ? [] : [`  weighted accuracy       ${inWords(weighted.accuracy)}`]),
    ...(precision === undefined ? [] : [`  mean average precision  ${inWords(precision)}`]),
  ];
}

function inWords({ value, interval, baseline }: Estimate): string {
  const between = interval === null ? '' : ` (95 % interval ${intervalText(interval)})`;
  return `${shareText(value)}${between}, baseline ${shareText(baseline)}`;
}

/** Returns a confusion matrix, or a table of the classes, for each task that has classes. */
function classTables(tasks: readonly TaskEvaluation[], view: View): string[] {
  const withClasses = tasks.flatMap((task) => (task.kind === 'numbers' ? [] : [task]));
  const classes = withClasses.reduce((sum, task) => sum + task.classes.length, 0);
  if (view.full || classes <= MAX_SHOWN_CLASSES)
    return withClasses.flatMap((task) => [
      '',
      ...(task.kind === 'classes' ? classTable(task, view) : confusionMatrix(task, view)),
    ]);
  const sets = withClasses.filter(({ kind }) => kind === 'classes').length;
  const hidden = [
    ...(sets < withClasses.length ? [plural(withClasses.length - sets, 'confusion matrix', 'confusion matrices')] : []),
    ...(sets > 0 ? [plural(sets, 'table of classes', 'tables of classes')] : []),
  ];
  return [view.paint('dim', `  … ${hidden.join(' and ')} with --full`)];
}

/** Returns a table with a row for each true class and a column for each predicted class. */
function confusionMatrix({ name, classes, confusion }: ClassTaskEvaluation, view: View): string[] {
  const names = classes.map(({ name: own }, label) => oneLine(own ?? String(label)));
  const rows = confusion.map((row, label) => [names[label] ?? '', ...row.map((each) => count(each))]);
  return titledTable([[`${oneLine(name)}: true ↓ predicted →`, ...names], ...rows], view);
}

function classTable({ name, classes }: MultiLabelTaskEvaluation, view: View): string[] {
  const rows = classes.map(({ name: own, count: samples, precision, recall, f1, average_precision }, label) => [
    oneLine(own ?? String(label)),
    count(samples),
    ...[average_precision, precision, recall, f1].map(shareText),
  ]);
  return titledTable([[oneLine(name), 'samples', 'AP', 'precision', 'recall', 'F1'], ...rows], view);
}

function labelErrors(tasks: readonly TaskEvaluation[], view: View): string[] {
  const found = tasks.flatMap((task) =>
    suspectedIn(task).map(
      ({ file, label, probably }) =>
        `  ${cutMiddle(oneLine(file), 40)}: ${oneLine(task.name)} ${oneLine(label)} → ${oneLine(probably)}`,
    ),
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
