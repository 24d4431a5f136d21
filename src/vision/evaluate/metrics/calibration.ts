import type { ScoredSamples } from './task-predictions.ts';

/** The number of bins of the calibration error. */
const CALIBRATION_BINS = 15;

/** A bin of samples with similar confidence. */
export interface CalibrationBin {
  readonly count: number;
  /** The mean probability of the predicted classes. */
  readonly confidence: number;
  /** The share of samples whose predicted class is the true one. */
  readonly accuracy: number;
}

/**
 * Divides the samples into 15 bins of equal mass by the probability of the predicted class, the highest first. As in
 * `numpy.array_split`, the first bins have one sample more if the number cannot be divided.
 *
 * @param total the sum of the weights.
 */
export function calibrationBins(
  { truth, predicted, confidence, order }: ScoredSamples,
  total: number,
  weights?: Uint32Array,
): readonly CalibrationBin[] {
  const bins: CalibrationBin[] = [];
  let [room, mass, right, confidenceSum] = [sizeOf(0, total), 0, 0, 0];
  for (const sample of order) {
    let weight = weights?.[sample] ?? 1;
    while (weight > 0) {
      const taken = Math.min(weight, room - mass);
      mass += taken;
      weight -= taken;
      if (predicted[sample] === truth[sample]) right += taken;
      confidenceSum += taken * (confidence[sample] ?? 0);
      if (mass < room) continue;
      bins.push({ count: mass, confidence: confidenceSum / mass, accuracy: right / mass });
      [room, mass, right, confidenceSum] = [sizeOf(bins.length, total), 0, 0, 0];
    }
  }
  return bins;
}

/** Returns the expected calibration error: the mean distance of accuracy and confidence over the bins. */
export function calibrationError(scored: ScoredSamples, total: number, weights?: Uint32Array): number {
  const bins = calibrationBins(scored, total, weights);
  return (
    bins.reduce((sum, { count, confidence, accuracy }) => sum + count * Math.abs(accuracy - confidence), 0) / total
  );
}

function sizeOf(bin: number, total: number): number {
  return Math.floor(total / CALIBRATION_BINS) + (bin < total % CALIBRATION_BINS ? 1 : 0);
}
