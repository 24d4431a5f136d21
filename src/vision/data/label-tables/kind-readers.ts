import { problem, type Result } from '../../../shared/problem.ts';
import { classReader } from './class-labels.ts';
import { classesReader, flagsReader } from './classes-labels.ts';
import type { TaskColumns } from './columns-param.ts';
import type { LabelReader } from './label-reader.ts';
import type { Field } from './label-table.ts';
import { numbersReader } from './number-labels.ts';

const OPTIONS = ['separator', 'none', 'classes'] as const;

function optionsOf({ kind, hasOwnColumns }: TaskColumns): readonly string[] {
  if (hasOwnColumns && (kind === 'numbers' || kind === 'classes')) return [];
  if (kind === 'classes') return OPTIONS;
  return kind === 'numbers' ? ['separator'] : ['classes'];
}

/**
 * Returns the reader of a task's labels.
 *
 * @param values the fields of all rows, in the order of the task's columns: they say which classes there are.
 */
export function readerOf(task: TaskColumns, values: readonly (readonly Field[])[]): Result<LabelReader> {
  const [unread] = OPTIONS.filter((name) => task[name] !== undefined && !optionsOf(task).includes(name));
  if (unread !== undefined) {
    const columns = task.kind === 'classes' && task.hasOwnColumns ? ' in several columns' : '';
    return problem(`the task "${task.task}" of the kind ${task.kind}${columns} does not read "${unread}"`, {
      advice: 'Remove it, or set another kind.',
    });
  }
  switch (task.kind) {
    case 'class':
    case 'ordered':
      return classReader(task, values);
    case 'classes':
      return task.hasOwnColumns ? flagsReader(task) : classesReader(task, values);
    case 'numbers':
      return numbersReader(task, values);
    default:
      return task.kind satisfies never;
  }
}
