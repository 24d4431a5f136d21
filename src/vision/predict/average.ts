import { counted } from '../../shared/wording.ts';
import { type Average, meanOutputs } from '../heads/average.ts';
import type { Head, HeadTask } from '../heads/head.ts';
import type { HeadLayout } from '../heads/head-layout.ts';
import { InvalidHead } from '../heads/invalid-head.ts';
import { shown } from '../invalid-module-code.ts';

/** The predictions of one of several models. */
export interface WeightedModel {
  /** float32 `[count, all columns]`, row-major: the outputs of all heads. */
  readonly outputs: Float32Array;
  readonly weight: number;
}

/**
 * Averages the predictions of several models, each head by itself and in float64. The outputs of one model stay as they are.
 *
 * @returns float32 `[count, all columns]`, row-major.
 */
export function averageOf(
  models: readonly WeightedModel[],
  average: Average,
  { heads, totalColumns }: HeadLayout,
): Float32Array {
  const [first] = models;
  if (first === undefined) throw new Error('There is nothing to average.');
  if (models.length === 1) return first.outputs;
  const total = models.reduce((sum, { weight }) => sum + weight, 0);
  const averaged = new Float32Array(first.outputs.length);
  for (let row = 0; row < averaged.length; row += totalColumns) {
    for (const { head, task, offset, columns } of heads) {
      const begin = row + offset;
      const own = models.map(({ outputs, weight }) => ({
        outputs: outputs.subarray(begin, begin + columns),
        share: weight / total,
      }));
      averaged.set(checked((head.average ?? meanOutputs)(own, average, task), columns, head, task), begin);
    }
  }
  return averaged;
}

function checked(averaged: unknown, columns: number, head: Head, task: HeadTask): ArrayLike<number> {
  if ((Array.isArray(averaged) || ArrayBuffer.isView(averaged)) && 'length' in averaged && averaged.length === columns)
    return averaged as ArrayLike<number>;
  const did = `returned ${shown(averaged)} from "average", expected ${counted(columns, 'number')}`;
  throw new InvalidHead(head, task, did, 'Return as many numbers as the head has columns.');
}
