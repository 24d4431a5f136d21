import type { Result } from '../../../shared/problem.ts';
import { classReader } from './class-labels.ts';
import { classesReader, flagsReader } from './classes-labels.ts';
import type { TaskColumns } from './columns-param.ts';
import type { LabelReader } from './label-reader.ts';
import type { Field } from './label-table.ts';
import { numbersReader } from './number-labels.ts';

/**
 * Returns the reader of a task's labels.
 *
 * @param values the fields of all rows, in the order of the task's columns: they say which classes there are.
 */
export function readerOf(task: TaskColumns, values: readonly (readonly Field[])[]): Result<LabelReader> {
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
