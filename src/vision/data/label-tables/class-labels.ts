import { failure, type Problem, problem, type Result, success } from '../../../shared/problem.ts';
import { quoted } from '../../../shared/wording.ts';
import type { TaskColumns } from './columns-param.ts';
import { classesProblem, type EncodedLabel, type LabelReader, sortedNames, unknownClass } from './label-reader.ts';
import { type Field, textOf } from './label-table.ts';
import { isNumber } from './numbers.ts';

/** Returns the reader of labels of the kinds `class` and `ordered`: the name of one class. */
export function classReader(task: TaskColumns, values: readonly (readonly Field[])[]): Result<LabelReader> {
  if (task.columns.length > 1) {
    return problem(`the task "${task.task}" of the kind ${task.kind} has ${task.columns.length} columns`, {
      advice: 'Name one column; classes with a column each are of the kind classes.',
    });
  }
  const found = sortedNames(values.map(([field]) => textOf(field)).filter((text) => text !== ''));
  const classes = task.classes ?? (task.kind === 'ordered' ? inOrder(task, found) : found);
  if ('message' in classes) return failure([classes]);
  const fault = classesProblem(task, classes);
  if (fault !== undefined) return failure([fault]);
  const encoded = new Map(classes.map((name, classIndex) => [name, encode(classIndex, classes.length)]));
  return success({
    names: classes,
    read([field]) {
      const text = textOf(field);
      return text === '' ? undefined : (encoded.get(text) ?? unknownClass(text, task, classes));
    },
  });
}

/** Numbers have an order; other names have it only if the user says so. */
function inOrder({ task }: TaskColumns, names: readonly string[]): readonly string[] | Problem {
  if (names.every(isNumber)) return names.toSorted((a, b) => Number(a) - Number(b));
  const list = names.slice(0, 20).map(quoted).join(', ');
  return {
    message: `the order of the classes of the task "${task}" is not known`,
    advice: `Write them in their order, as in: ${task}: { kind: ordered, classes: [${list}] }.`,
  };
}

function encode(classIndex: number, classes: number): EncodedLabel {
  return { label: `${'n'.repeat(classIndex)}y${'n'.repeat(classes - 1 - classIndex)}`, classIndex };
}
