import type { GroupPosition } from '../step/trainer.ts';

/** The batches of an epoch, in groups: the weights are updated after each group, by the mean of its gradients. */
export interface GroupOptions {
  /** The number of training samples. */
  readonly samples: number;
  readonly batchSize: number;
  /** The number of batches in a group. The last group of an epoch has those that are left. */
  readonly accumulate: number;
}

/** Returns the number of groups in an epoch. */
export function groupsPerEpoch({ samples, batchSize, accumulate }: GroupOptions): number {
  return Math.ceil(Math.ceil(samples / batchSize) / accumulate);
}

/**
 * Returns the number of the group of a batch within the epoch, from 0, and the place of the batch in it.
 *
 * @param index the number of the batch within the epoch, from 0.
 */
export function groupOf(
  index: number,
  { samples, batchSize, accumulate }: GroupOptions,
): { readonly number: number; readonly position: GroupPosition } {
  const number = Math.floor(index / accumulate);
  const [begin, end] = [index, index + 1].map((batch) => Math.min(batch * batchSize, samples)) as [number, number];
  const [first, last] = [number, number + 1].map((group) => Math.min(group * accumulate * batchSize, samples)) as [
    number,
    number,
  ];
  return { number, position: { share: (end - begin) / (last - first), isLast: end === last } };
}
