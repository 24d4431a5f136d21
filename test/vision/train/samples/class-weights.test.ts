import { expect, test } from 'vitest';
import type { Targets } from '../../../../src/vision/data/tables/targets.ts';
import { classWeightColumns } from '../../../../src/vision/train/samples/class-weights.ts';
import { headLayout, targetValues } from '../../../../src/vision/train/step/target-masks.ts';

const tasks = [
  { name: 'colour', classes: 3, samples: 4 },
  { name: 'shade', classes: 2, samples: 3 },
];
const taskOf = Uint8Array.of(0, 0, 0, 0, 1, 1, 1);
const classOf = Uint8Array.of(0, 0, 0, 2, 1, 0, 0);
const targets = {
  tasks,
  labels: (sample) => [{ task: taskOf[sample] ?? 0, text: '', classIndex: classOf[sample] ?? 0 }],
  samplesIn: () => Int32Array.from(taskOf.keys()),
} satisfies Pick<Targets, 'tasks' | 'labels' | 'samplesIn'> as unknown as Targets;

test('classWeightColumns puts given weights into the columns of their task; the others are 1', () => {
  expect(classWeightColumns({ shade: [0.5, 2] }, targets)).toEqual(Float32Array.of(1, 1, 1, 0.5, 2));
  expect(classWeightColumns(undefined, targets)).toBeUndefined();
});

test('balanced class weights give all classes of a task that have samples the same total weight', () => {
  const weights = classWeightColumns('balanced', targets) ?? [];
  expect([...weights]).toEqual([4 / 9, 1, 4 / 3, 3 / 4, 3 / 2].map(Math.fround));
});

test('targetValues applies label smoothing within the classes of the task, and class weights', () => {
  const layout = headLayout(tasks);
  const batch = { taskOf: Uint8Array.of(0, 1), classOf: Uint8Array.of(2, 0) };
  const classWeights = Float32Array.of(1, 1, 3, 2, 1);
  const { target, headMask } = targetValues(layout, batch, { labelSmoothing: 0.3, classWeights });
  expect([...target].map((value) => Number(value.toFixed(5)))).toEqual([0.3, 0.3, 2.4, 0, 0, 0, 0, 0, 1.7, 0.3]);
  expect([...headMask]).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 1, 1]);
});
