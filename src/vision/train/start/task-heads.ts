import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import { isObject } from '../../../shared/shapes.ts';
import { listed, quoted } from '../../../shared/wording.ts';
import { kindOf } from '../../data/tables/label-kind.ts';
import type { Head, Heads, HeadTask } from '../../heads/head.ts';
import { defaultHead, headOf } from '../../heads/index.ts';
import { InvalidHead } from '../../heads/invalid-head.ts';
import { shown } from '../../invalid-module-code.ts';

interface TaskHeadOptions {
  /** Heads besides those that tasks have by default, by task. */
  readonly heads?: Heads | undefined;
  /** The tasks of the model that is trained further, which has its heads already. */
  readonly saved?: readonly HeadTask[] | undefined;
  /** Returns the labels that the training split has for a task. */
  readonly labelsOf: (task: number) => readonly string[];
}

/**
 * Chooses the head of each task, and lets it learn from the labels of the training split what it needs before the training.
 *
 * @returns the tasks with the names of their heads; a problem if a head cannot learn such labels, or is for no task.
 */
export function withHeads(
  tasks: readonly HeadTask[],
  { heads = {}, saved, labelsOf }: TaskHeadOptions,
): Result<readonly HeadTask[]> {
  const problems: Problem[] = unknownTasks(tasks, heads);
  const chosen = tasks.map((task, index): HeadTask => {
    const before = saved?.find(({ name }) => name === task.name);
    // A task may be called as a property that every object has, such as `constructor`.
    const given = Object.hasOwn(heads, task.name) ? heads[task.name] : undefined;
    const name = given?.name ?? before?.head ?? defaultHead(before ?? task);
    const named = { ...described(task), ...(name !== defaultHead(task) && { head: name }) };
    const head = headOf(named, heads);
    if (head === undefined) throw new Error(`There is no head "${name}".`);
    if (!head.kinds.includes(kindOf(task))) {
      problems.push({
        message: `the head "${name}" cannot learn the task "${task.name}", whose labels are of the kind "${kindOf(task)}"`,
        advice: `It learns labels of the kind ${listed(head.kinds.map(quoted))}. Remove it, or give another head.`,
      });
      return named;
    }
    const fitted = before?.fitted ?? head.fit?.(labelsOf(index), named);
    if (fitted !== undefined) checkFitted(fitted, head, named);
    return fitted === undefined ? named : { ...named, fitted };
  });
  return problems.length > 0 ? failure(problems) : success(chosen);
}

/** Throws an `InvalidHead` for what a saved model cannot keep. */
function checkFitted(fitted: unknown, head: Head, task: HeadTask): void {
  if (isObject(fitted) && Object.values(fitted).every((list) => Array.isArray(list) && list.every(Number.isFinite)))
    return;
  const did = `returned ${shown(fitted)} from "fit", expected lists of finite numbers by name`;
  throw new InvalidHead(head, task, did, 'Return an object such as { mean: [1.5] }, or undefined.');
}

/** Returns what a saved model says of a task. */
function described({ name, kind, classes, class_names }: HeadTask): HeadTask {
  return {
    name,
    ...(kind !== undefined && { kind }),
    classes,
    ...(class_names && { class_names }),
  };
}

function unknownTasks(tasks: readonly HeadTask[], heads: Heads): Problem[] {
  const known = tasks.map(({ name }) => name);
  return Object.keys(heads)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      message: `the stage is given a head for the task ${quoted(name)}, which the data set does not have`,
      advice: `The tasks are ${known.join(', ')}.`,
    }));
}
