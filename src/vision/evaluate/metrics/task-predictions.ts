import { mostProbable } from '../../heads/most-probable.ts';

/** The predictions for the samples of one task. */
export interface TaskPredictions {
  /** The number of classes. */
  readonly classes: number;
  /** The row of each sample in the targets, `[count]`. */
  readonly samples: Int32Array;
  /** The true class of each sample, `[count]`. */
  readonly truth: Uint8Array;
  /** The probability of each class, row-major `[count, classes]`; each row sums to 1. */
  readonly probabilities: Float64Array;
  /** 1 where the label of a sample calls a class "maybe" (`m`), row-major `[count, classes]`. */
  readonly maybe: Uint8Array;
}

/** What the metrics need to know of each sample of a task, in arrays of one value a sample. */
export interface ScoredSamples {
  readonly classes: number;
  readonly truth: Uint8Array;
  /** The class with the highest probability; of equal ones the first. */
  readonly predicted: Uint8Array;
  /** The probability of the predicted class. */
  readonly confidence: Float64Array;
  /** The number of classes that come before the true class when they are ordered by probability. */
  readonly rank: Uint8Array;
  /** The cross-entropy: −log of the probability of the true class. */
  readonly loss: Float64Array;
  /** 1 if the label calls the predicted class "maybe". */
  readonly undecided: Uint8Array;
  /** The samples by descending confidence; equal ones keep their order. */
  readonly order: Int32Array;
}

/** Scores the predictions of a task. A probability of 0 counts as 2⁻⁵², so that no loss is infinite. */
export function scoreSamples({ classes, truth, probabilities, maybe }: TaskPredictions): ScoredSamples {
  const count = truth.length;
  const scored = {
    predicted: new Uint8Array(count),
    confidence: new Float64Array(count),
    rank: new Uint8Array(count),
    loss: new Float64Array(count),
    undecided: new Uint8Array(count),
  };
  for (let sample = 0; sample < count; sample += 1) {
    const row = probabilities.subarray(sample * classes, (sample + 1) * classes);
    const predicted = mostProbable(row);
    const label = truth[sample] ?? 0;
    const own = row[label] ?? 0;
    scored.predicted[sample] = predicted;
    scored.confidence[sample] = row[predicted] ?? 0;
    scored.rank[sample] = row.reduce(
      (before, each, at) => before + (each > own || (each === own && at < label) ? 1 : 0),
      0,
    );
    scored.loss[sample] = -Math.log(Math.max(own, Number.EPSILON));
    scored.undecided[sample] = maybe[sample * classes + predicted] ?? 0;
  }
  const order = Int32Array.from({ length: count }, (_, index) => index);
  order.sort((a, b) => (scored.confidence[b] ?? 0) - (scored.confidence[a] ?? 0) || a - b);
  return { classes, truth, ...scored, order };
}
