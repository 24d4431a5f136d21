import type { JSX } from 'preact';
import { DataTable } from '../../shared/page/data-table.tsx';
import { count } from '../../shared/text/format.ts';
import type { Estimate, Evaluation, TaskEvaluation } from '../evaluate/evaluation.ts';

/** The metrics of the tasks with their intervals, and those of the classes, the worst first. */
export function classesElement({ tasks }: Evaluation): JSX.Element {
  const rows = tasks.flatMap(({ name, classes }) =>
    classes.map((each, index) => ({ task: name, name: each.name ?? String(index), ...each })),
  );
  rows.sort((a, b) => (a.recall ?? 2) - (b.recall ?? 2) || b.count - a.count);
  return (
    <>
      <DataTable
        caption="Metrics by task, with 95 % intervals and the baseline of class frequencies"
        columns={[
          { name: 'task' },
          { name: 'samples', numeric: true },
          { name: 'accuracy', numeric: true },
          { name: 'interval', numeric: true },
          { name: 'baseline', numeric: true },
          { name: 'top 2', numeric: true },
          { name: 'average precision', numeric: true },
          { name: 'macro F1', numeric: true },
          { name: 'log loss', numeric: true },
          { name: 'calibration error', numeric: true },
        ]}
        rows={tasks.map(taskRow)}
        sortable
      />
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
        ]}
        rows={rows.map((row) => [
          row.name,
          row.task,
          row.count,
          share(row.recall),
          interval(row.recall_interval),
          share(row.precision),
          share(row.f1),
        ])}
        sortable
      />
    </>
  );
}

function taskRow({ name, count: samples, metrics }: TaskEvaluation): readonly (string | number)[] {
  const { accuracy, top_2_accuracy, average_precision, macro_f1, log_loss, calibration_error } = metrics;
  const others = [top_2_accuracy, average_precision, macro_f1, log_loss, calibration_error];
  return [
    name,
    samples,
    share(accuracy.value),
    interval(accuracy.interval),
    share(accuracy.baseline),
    ...others.map(({ value }: Estimate) => share(value)),
  ];
}

/** The link of a cell of a confusion matrix to its pictures. */
export function cellId(task: number, truth: number, predicted: number): string {
  return `cell-${task}-${truth}-${predicted}`;
}

/** Confusion matrices. Cells of which there are pictures link to them. `pictured`: the ids of those cells. */
export function confusionElement({ tasks }: Evaluation, pictured: ReadonlySet<string>): JSX.Element {
  return (
    <div class="pair">
      {tasks.map((task, number) => (
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

export function called({ classes }: TaskEvaluation, label: number): string {
  return classes[label]?.name ?? String(label);
}

function share(value: number | null): string {
  return value === null ? '' : value.toFixed(4);
}

function interval(range: readonly [number, number] | null): string {
  return range === null ? '' : `${range[0].toFixed(3)}–${range[1].toFixed(3)}`;
}
