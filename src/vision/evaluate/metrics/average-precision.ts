import type { ScoredSamples } from './task-predictions.ts';

/**
 * Computes the two precisions by which the FashionAI challenge ranked submissions.
 *
 * For a threshold, the samples are answered whose predicted class has at least that probability. The precision is the
 * share of right answers among them; answers that the label calls "maybe" count neither as right nor as wrong. The average
 * precision is the mean of the precisions over all thresholds that answer different samples; the basic precision is the
 * one at the threshold 0. Both are NaN if no answer counts.
 */
export function averagePrecision(
  { truth, predicted, confidence, undecided, order }: ScoredSamples,
  weights?: Uint32Array,
): { readonly average_precision: number; readonly basic_precision: number } {
  let [right, counted, sum, thresholds] = [0, 0, 0, 0];
  for (let at = 0; at < order.length; at += 1) {
    const sample = order[at] ?? 0;
    const weight = weights?.[sample] ?? 1;
    if (weight > 0 && undecided[sample] === 0) {
      counted += weight;
      if (predicted[sample] === truth[sample]) right += weight;
    }
    // The last of the samples with this confidence: a threshold answers all of them or none.
    const next = order[at + 1];
    const isLast = next === undefined || confidence[next] !== confidence[sample];
    if (!isLast || counted === 0) continue;
    if (weight === 0 && !drawn(order, at, confidence, weights)) continue;
    sum += right / counted;
    thresholds += 1;
  }
  return { average_precision: sum / thresholds, basic_precision: right / counted };
}

/** Returns whether a resample has any of the samples with the confidence of the one at a position, its last. */
function drawn(order: Int32Array, last: number, confidence: Float64Array, weights?: Uint32Array): boolean {
  const value = confidence[order[last] ?? 0];
  for (let at = last; at >= 0; at -= 1) {
    const sample = order[at] ?? 0;
    if (confidence[sample] !== value) return false;
    if ((weights?.[sample] ?? 1) > 0) return true;
  }
  return false;
}
