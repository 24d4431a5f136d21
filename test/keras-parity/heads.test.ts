import { expect, test } from 'vitest';
import type { Head, HeadTask } from '../../src/vision/heads/head.ts';
import { headLayout } from '../../src/vision/heads/head-layout.ts';
import { focal, ordinal, regression, sigmoid, softmax } from '../../src/vision/index.ts';
import { batchLoss } from '../../src/vision/train/step/loss.ts';
import type { TargetOptions } from '../../src/vision/train/step/target-tensors.ts';
import { startKeras } from '../support/keras.ts';
import { tensorFlow } from '../support/tensorflow.ts';

const tf = await tensorFlow();
const keras = await startKeras();

interface Case {
  readonly what: string;
  readonly head: Head;
  readonly task: Omit<HeadTask, 'name' | 'head'>;
  /** The loss in Keras, of `targets` and `outputs` as numpy arrays; one number for all samples. */
  readonly theirs: string;
  readonly options?: TargetOptions;
}

const one = { classes: 4 } as const;
const several = { classes: 4, kind: 'classes' } as const;
const numbers = { classes: 4, kind: 'numbers', fitted: { mean: [0, 0, 0, 0], deviation: [1, 1, 1, 1] } } as const;
const smoothed = { labelSmoothing: 0.2 };

// As the corn_loss of its authors, with probabilities in place of logits; it divides by the number of pairs.
const CORN = `
loss = 0.0
for column in range(outputs.shape[1]):
    for row in range(len(outputs)):
        if labels[row] >= column:
            p = outputs[row, column]
            loss -= numpy.log(p) if labels[row] > column else numpy.log(1 - p)
result = loss / len(outputs)`;

const CASES: readonly Case[] = [
  { what: 'cross-entropy', head: softmax(), task: one, theirs: 'losses.CategoricalCrossentropy()' },
  {
    what: 'smoothed cross-entropy',
    ...{ head: softmax(), task: one, options: smoothed },
    theirs: 'losses.CategoricalCrossentropy(label_smoothing=0.2)',
  },
  {
    what: 'focal loss',
    ...{ head: softmax({ loss: focal({ gamma: 2, alpha: 0.25 }) }), task: one },
    theirs: 'losses.CategoricalFocalCrossentropy(alpha=0.25, gamma=2.0)',
  },
  {
    what: 'smoothed focal loss',
    ...{ head: softmax({ loss: focal({ gamma: 1.5, alpha: 1 }) }), task: one, options: smoothed },
    theirs: 'losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=1.5, label_smoothing=0.2)',
  },
  { what: 'binary cross-entropy', head: sigmoid(), task: several, theirs: 'losses.BinaryCrossentropy()' },
  {
    what: 'smoothed binary cross-entropy',
    ...{ head: sigmoid(), task: several, options: smoothed },
    theirs: 'losses.BinaryCrossentropy(label_smoothing=0.2)',
  },
  {
    what: 'binary focal loss',
    ...{ head: sigmoid({ loss: focal({ gamma: 2 }) }), task: several },
    theirs: 'losses.BinaryFocalCrossentropy(gamma=2.0)',
  },
  {
    what: 'balanced binary focal loss',
    ...{ head: sigmoid({ loss: focal({ gamma: 1, alpha: 0.25 }) }), task: several },
    theirs: 'losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.25, gamma=1.0)',
  },
  { what: 'mean squared error', head: regression(), task: numbers, theirs: 'losses.MeanSquaredError()' },
  {
    what: 'mean absolute error',
    head: regression({ loss: 'mae' }),
    task: numbers,
    theirs: 'losses.MeanAbsoluteError()',
  },
  { what: 'Huber loss', head: regression({ loss: 'huber' }), task: numbers, theirs: 'losses.Huber()' },
  { what: 'CORN', head: ordinal(), task: { classes: 5, kind: 'ordered' }, theirs: CORN },
];

/** Labels of each kind, of four classes or numbers; of five classes in order. */
const LABELS = {
  class: ['ynnn', 'nnyn', 'nynn', 'nnny'],
  classes: ['yynn', 'nnnn', 'nyny', 'yyyy'],
  numbers: ['0.5;-2;3;0', '1;1;1;1', '-0.25;0.5;4;2.5', '0;0;0;0'],
  ordered: ['ynnnn', 'nnynn', 'nnnny', 'nynnn'],
};
const OUTPUTS = [
  [0.1, 0.2, 0.3, 0.4],
  [0.7, 0.1, 0.15, 0.05],
  [0.25, 0.25, 0.4, 0.1],
  [0.02, 0.03, 0.05, 0.9],
];

test.each(CASES)(
  'the loss of a head is the $what of Keras or of the paper',
  async ({ head, task, theirs, options }) => {
    const texts = LABELS[task.kind ?? 'class'];
    const layout = headLayout([{ name: 'mine', head: head.name, ...task }], { mine: head });
    const labels = texts.map((text) => [{ task: 0, text, classIndex: 0 }]);
    const ours = batchLoss(tf, layout)(Float32Array.from(OUTPUTS.flat()), labels, options) / texts.length;
    const targets = texts.map((text) =>
      text.includes(';') ? text.split(';').map(Number) : [...text].map((mark) => (mark === 'y' ? 1 : 0)),
    );
    const code = theirs.startsWith('losses.') ? `result = float(${theirs}(targets, outputs))` : theirs;
    const expected = await keras.run<number>(
      `
import numpy
from keras import losses
outputs, targets = numpy.array(outputs, "float32"), numpy.array(targets, "float32")
${code}
result = float(result)
`,
      { outputs: OUTPUTS, targets, labels: texts.map((text) => text.indexOf('y')) },
    );
    expect(expected).toBeGreaterThan(0);
    expect(ours).toBeCloseTo(expected, 5);
  },
);
