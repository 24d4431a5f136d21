/**
 * Returns the mean of one value per task, weighted by the task's number of samples in the whole data set. Tasks whose
 * value is undefined are excluded; returns 0 if none is left.
 */
export function weightedMean(
  values: readonly (number | undefined)[],
  tasks: readonly { readonly samples: number }[],
): number {
  const known = tasks.flatMap(({ samples }, index) => {
    const value = values[index];
    return value === undefined ? [] : [{ samples, value }];
  });
  const total = known.reduce((sum, { samples }) => sum + samples, 0);
  return total === 0 ? 0 : known.reduce((sum, { samples, value }) => sum + samples * value, 0) / total;
}
