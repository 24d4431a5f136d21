/** Returns the index of the greatest probability, the first of them if there are several. */
export function mostProbable(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let at = 1; at < probabilities.length; at += 1)
    if ((probabilities[at] ?? 0) > (probabilities[best] ?? 0)) best = at;
  return best;
}
