import { checkedAnswer, checkedMetric } from '../../heads/checked-answer.ts';
import type { HeadLayout } from '../../heads/head-layout.ts';
import type { BatchLabels } from '../step/target-tensors.ts';

/** The sum of a metric over samples, and their number. */
export interface MetricSum {
  readonly sum: number;
  readonly count: number;
}

/** The sums of the metrics of a head, by name. */
export type MetricSums = Readonly<Record<string, MetricSum>>;

/** Accumulates the metrics of all heads, batch by batch. */
export interface MetricCounter {
  /** @param outputs float32 [n, all columns], row-major: what the heads put out. */
  add(labels: BatchLabels, outputs: Float32Array): void;
  /** Returns the sums of each head, in task order. */
  sums(): readonly MetricSums[];
}

/**
 * Creates a counter.
 *
 * @param initial the sums to start from, for each head; zeros by default.
 */
export function metricCounter(layout: HeadLayout, initial: readonly MetricSums[] = []): MetricCounter {
  const sums = layout.heads.map(({ head }, index) =>
    Object.fromEntries(
      Object.keys(head.metrics).map((name) => [name, { sum: 0, count: 0, ...initial[index]?.[name] }]),
    ),
  );
  return {
    add(labels, outputs) {
      for (const [sample, own] of labels.entries()) {
        for (const { task: index, text } of own) {
          const placed = layout.heads[index];
          if (placed === undefined) continue;
          const answer = checkedAnswer(placed, outputs, layout, sample);
          for (const [name, total] of Object.entries(sums[index] ?? {})) {
            const value = checkedMetric(placed, name, answer, text);
            if (Number.isNaN(value)) continue;
            total.sum += value;
            total.count += 1;
          }
        }
      }
    },
    sums: () => sums,
  };
}

/** Returns the mean of a metric; 0 if no sample has it. */
export function meanOf({ sum, count }: MetricSum): number {
  return count === 0 ? 0 : sum / count;
}

/** Returns the mean of a metric over the samples of all heads that have it; undefined if none has. */
export function overallMean(sums: readonly MetricSums[], name: string): number | undefined {
  const own = sums.flatMap(({ [name]: sum }) => (sum === undefined ? [] : [sum]));
  if (own.length === 0) return undefined;
  return meanOf({ sum: total(own.map(({ sum }) => sum)), count: total(own.map(({ count }) => count)) });
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
