import { expect, test } from 'vitest';
import type { Targets } from '../../../../src/vision/data/tables/targets.ts';
import { headLayout } from '../../../../src/vision/heads/head-layout.ts';
import { classWeightProblems, classWeightsByTask } from '../../../../src/vision/train/samples/class-weights.ts';
import { type BatchLabels, targetValues } from '../../../../src/vision/train/step/target-tensors.ts';
import { classLabels } from '../../../support/class-labels.ts';

const tasks = [
  { name: 'colour', classes: 3, samples: 4 },
  { name: 'shade', classes: 2, samples: 3 },
];
const targetsOf = (labels: BatchLabels, of: Targets['tasks']): Pick<Targets, 'tasks' | 'labels' | 'samplesIn'> => ({
  tasks: of,
  labels: (sample) => labels[sample] ?? [],
  samplesIn: () => Int32Array.from(labels.keys()),
});
const targets = targetsOf(
  classLabels(tasks, [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 2],
    [1, 1],
    [1, 0],
    [1, 0],
  ]),
  tasks,
);

test('given class weights are those of their task; other tasks have none', () => {
  expect(classWeightsByTask({ shade: [0.5, 2] }, targets)).toEqual([undefined, Float32Array.of(0.5, 2)]);
  expect(classWeightsByTask(undefined, targets)).toBeUndefined();
});

test('a task has only the weights that are given for it, whatever it is called', () => {
  const of = [{ name: 'constructor', classes: 2, samples: 1 }];
  expect(classWeightsByTask({ shade: [0.5, 2] }, targetsOf([], of))).toEqual([undefined]);
});

test('balanced class weights give all classes of a task that have samples the same total weight', () => {
  const weights = classWeightsByTask('balanced', targets) ?? [];
  expect(weights.map((own) => [...(own ?? [])])).toEqual([
    [4 / 9, 1, 4 / 3].map(Math.fround),
    [3 / 4, 3 / 2].map(Math.fround),
  ]);
});

test('balanced weights of classes at once let samples with a class count as much as those without; numbers have none', () => {
  const several = [
    { name: 'tags', kind: 'classes', classes: 3, samples: 4 },
    { name: 'width', kind: 'numbers', classes: 1, samples: 4 },
  ] as const;
  const labels = ['yny', 'nny', 'nmy', 'nny'].map((text) => [
    { task: 0, text, classIndex: 0 },
    { task: 1, text: '3', classIndex: 0 },
  ]);
  expect(classWeightsByTask('balanced', targetsOf(labels, several))).toEqual([Float32Array.of(3, 1, 1), undefined]);
  expect(classWeightProblems({ width: [1] }, { tasks: several })).toEqual([
    {
      message: 'class_weights names the task "width", whose labels are numbers',
      advice: 'Remove it: only classes have weights.',
    },
  ]);
});

test('a softmax head spreads label smoothing over the classes of the task, and weights all of them by the true one', () => {
  const classWeights = [Float32Array.of(1, 1, 3), undefined];
  const labels = classLabels(tasks, [
    [0, 2],
    [1, 0],
  ]);
  const { target, weight } = targetValues(headLayout(tasks), labels, { labelSmoothing: 0.3, classWeights });
  expect([...target].map((value) => Number(value.toFixed(5)))).toEqual([0.1, 0.1, 0.8, 0, 0, 0, 0, 0, 0.85, 0.15]);
  expect([...weight]).toEqual([3, 3, 3, 0, 0, 0, 0, 0, 1, 1]);
});
