import type { Head, Heads, HeadTask } from './head.ts';
import { headOf } from './index.ts';

/** The heads of a model, and where each of them has its columns when those of all are side by side. */
export interface HeadLayout {
  readonly heads: readonly PlacedHead[];
  readonly totalColumns: number;
}

export interface PlacedHead {
  readonly task: HeadTask;
  readonly head: Head;
  /** Its first column. */
  readonly offset: number;
  readonly columns: number;
}

/**
 * Returns the layout of the concatenated heads, in task order.
 *
 * @param heads those of the stage, besides the built-in ones, by task.
 * @throws if there is no head of the name that a task has.
 */
export function headLayout(tasks: readonly HeadTask[], heads: Heads = {}): HeadLayout {
  let totalColumns = 0;
  const placed = tasks.map((task) => {
    const head = headOf(task, heads);
    if (head === undefined) throw new Error(`There is no head "${task.head}" for the task "${task.name}".`);
    const [offset, columns] = [totalColumns, head.columns(task)];
    totalColumns += columns;
    return { task, head, offset, columns };
  });
  return { heads: placed, totalColumns };
}

/**
 * Returns the answer of a head to an image: see `Head.decode`.
 *
 * @param outputs float32 [n, all columns], row-major.
 * @param image the row of the image.
 */
export function answerOf(
  { task, head, offset, columns }: PlacedHead,
  outputs: Float32Array,
  { totalColumns }: HeadLayout,
  image = 0,
): Float32Array {
  const begin = image * totalColumns + offset;
  return head.decode(outputs.subarray(begin, begin + columns), task);
}
