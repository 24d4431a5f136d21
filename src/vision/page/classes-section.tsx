import type { JSX } from 'preact';
import { DataTable } from '../../shared/page/data-table.tsx';
import { count } from '../../shared/text/format.ts';
import type { Evaluation, TaskEvaluation } from '../evaluate/evaluation.ts';
import { intervalText, metricTables, shareText } from '../evaluate/metric-tables.ts';
import type { ClassTaskEvaluation } from '../evaluate/tasks/class-task.ts';

/** The metrics of the tasks with their intervals, and those of the classes, the worst first. */
export function classesElement({ tasks }: Evaluation): JSX.Element {
  const hasSets = tasks.some(({ kind }) => kind === 'classes');
  const rows = tasks.flatMap((task) =>
    task.kind === 'numbers'
      ? []
      : task.classes.map((each, index) => ({
          ...each,
          task: task.name,
          name: each.name ?? String(index),
          precisionOverThresholds: 'average_precision' in each ? each.average_precision : null,
        })),
  );
  rows.sort((a, b) => (a.recall ?? 2) - (b.recall ?? 2) || b.count - a.count);
  return (
    <>
      {metricTables(tasks).map(({ title, columns, rows: metrics }) => (
        <DataTable
          key={title}
          caption={`${title}: metrics with 95 % intervals, and the baseline of the training labels`}
          columns={columns.map(({ name, isNumber }) => ({ name, numeric: isNumber }))}
          rows={metrics}
          sortable
        />
      ))}
      {rows.length > 0 && (
        <DataTable
          caption="Classes, the least recall first"
          columns={[
            { name: 'class' },
            { name: 'task' },
            { name: 'samples', numeric: true },
            { name: 'recall', numeric: true },
            { name: '95 % interval', numeric: true },
            { name: 'precision', numeric: true },
            { name: 'F1', numeric: true },
            ...(hasSets ? [{ name: 'average precision', numeric: true }] : []),
          ]}
          rows={rows.map((row) => [
            row.name,
            row.task,
            row.count,
            shareText(row.recall),
            intervalText(row.recall_interval),
            shareText(row.precision),
            shareText(row.f1),
            ...(hasSets ? [shareText(row.precisionOverThresholds)] : []),
          ])}
          sortable
        />
      )}
    </>
  );
}

/** The link of a cell of a confusion matrix to its pictures. */
export function cellId(task: number, truth: number, predicted: number): string {
  return `cell-${task}-${truth}-${predicted}`;
}

/** Returns the tasks that have a confusion matrix, with their numbers among all tasks. */
export function confusedTasks({
  tasks,
}: Pick<Evaluation, 'tasks'>): readonly (readonly [number, ClassTaskEvaluation])[] {
  return [...tasks.entries()].flatMap(([number, task]) =>
    task.kind === 'classes' || task.kind === 'numbers' ? [] : [[number, task] as const],
  );
}

/** Confusion matrices. Cells of which there are pictures link to them. `pictured`: the ids of those cells. */
export function confusionElement(evaluation: Evaluation, pictured: ReadonlySet<string>): JSX.Element {
  return (
    <div class="pair">
      {confusedTasks(evaluation).map(([number, task]) => (
        <DataTable
          key={task.name}
          caption={`${task.name}: true class by row, predicted class by column`}
          columns={[
            { name: 'true ↓ predicted →' },
            ...task.classes.map((_, at) => ({ name: called(task, at), numeric: true })),
          ]}
          rows={task.confusion.map((row, truth) => [
            called(task, truth),
            ...row.map((samples, predicted) => {
              const id = cellId(number, truth, predicted);
              if (samples === 0) return <span class="dim">·</span>;
              const shown = truth === predicted ? <strong>{count(samples)}</strong> : count(samples);
              return pictured.has(id) ? <a href={`#${id}`}>{shown}</a> : shown;
            }),
          ])}
        />
      ))}
    </div>
  );
}

/** Returns the name of a class; its index where it has none. */
export function called(task: TaskEvaluation, label: number): string {
  return (task.kind === 'numbers' ? undefined : task.classes[label]?.name) ?? String(label);
}
