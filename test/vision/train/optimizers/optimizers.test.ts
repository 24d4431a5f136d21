import type { Scalar } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, test } from 'vitest';
import { adam, adamW } from '../../../../src/vision/train/optimizers/adam.ts';
import { lion } from '../../../../src/vision/train/optimizers/lion.ts';
import type { Optimizer } from '../../../../src/vision/train/optimizers/optimizer.ts';
import { sgd } from '../../../../src/vision/train/optimizers/sgd.ts';
import { expectNoLeak, tensorFlow } from '../../../support/tensorflow.ts';

const tf = await tensorFlow();

const start = [1, -2, 3];
const gradients = [
  [1e-4, 0.5, -2],
  [1e-4, 0.5, -1],
  [1e-4, 0.5, 0],
];
const learningRate = 0.01;

/** Returns the weights after each of the three gradients. */
function steps(optimizer: Optimizer, isKernel = true): number[][] {
  let weight = tf.tensor(start);
  let slots = Array.from({ length: optimizer.slots }, () => tf.zerosLike(weight));
  return gradients.map((gradient, index) => {
    const rate = optimizer.rate?.(learningRate, index + 1) ?? learningRate;
    const scalars = [learningRate, rate, index + 1].map((value) => tf.scalar(value)) as [Scalar, Scalar, Scalar];
    const updated = optimizer.update({
      ...{ tf, weight, gradient: tf.tensor(gradient), slots, isKernel },
      ...{ learningRate: scalars[0], rate: scalars[1], update: scalars[2] },
    });
    weight = updated.weight;
    slots = [...updated.slots];
    return [...weight.dataSync()];
  });
}

function expectClose(actual: number[][], expected: number[][]): void {
  expect(actual).toEqual(expected.map((row) => row.map((value) => expect.closeTo(value, 6))));
}

/** What Keras 3.15.1 computes on TensorFlow 2.21. */
const inKeras: [string, Optimizer, number[][]][] = [
  [
    'Adam(0.01)',
    adam(),
    [
      [0.9903066158294678, -2.0099997520446777, 3.009999990463257],
      [0.9805254936218262, -2.0199995040893555, 3.0193216800689697],
      [0.9707049131393433, -2.0299994945526123, 3.0265274047851562],
    ],
  ],
  [
    'AdamW(0.01)',
    adamW(),
    [
      [0.9902666211128235, -2.0099198818206787, 3.0098800659179688],
      [0.9804458618164062, -2.019839286804199, 3.0190813541412354],
      [0.9705860614776611, -2.0297584533691406, 3.0261662006378174],
    ],
  ],
  [
    'AdamW(0.01, weight_decay=0.1)',
    adamW({ weightDecay: 0.1 }),
    [
      [0.989306628704071, -2.007999897003174, 3.006999969482422],
      [0.9785361886024475, -2.015991687774658, 3.013314723968506],
      [0.967737078666687, -2.0239756107330322, 3.0175070762634277],
    ],
  ],
  [
    'Lion(0.01)',
    lion(),
    [
      [0.9900000095367432, -2.009999990463257, 3.009999990463257],
      [0.9800000190734863, -2.0199999809265137, 3.0199999809265137],
      [0.9700000286102295, -2.0299999713897705, 3.0299999713897705],
    ],
  ],
  [
    'Lion(0.01, weight_decay=0.1)',
    lion({ weightDecay: 0.1 }),
    [
      [0.9890000224113464, -2.008000135421753, 3.006999969482422],
      [0.9780110120773315, -2.0159921646118164, 3.01399302482605],
      [0.9670330286026001, -2.0239760875701904, 3.0209789276123047],
    ],
  ],
  [
    'SGD(0.01)',
    sgd(),
    [
      [0.9999989867210388, -2.005000114440918, 3.0199999809265137],
      [0.9999979734420776, -2.010000228881836, 3.0299999713897705],
      [0.9999969601631165, -2.015000343322754, 3.0299999713897705],
    ],
  ],
  [
    'SGD(0.01, momentum=0.9)',
    sgd({ momentum: 0.9 }),
    [
      [0.9999989867210388, -2.005000114440918, 3.0199999809265137],
      [0.999997079372406, -2.014500141143799, 3.0480000972747803],
      [0.9999943971633911, -2.028050184249878, 3.073199987411499],
    ],
  ],
  [
    'SGD(0.01, momentum=0.9, nesterov=True)',
    sgd({ momentum: 0.9, nesterov: true }),
    [
      [0.9999980926513672, -2.009500026702881, 3.0380001068115234],
      [0.9999954104423523, -2.02305006980896, 3.073200225830078],
      [0.9999919533729553, -2.0402450561523438, 3.0958802700042725],
    ],
  ],
];

test.each(inKeras)('an optimizer computes the updates of Keras: %s', (_, optimizer, expected) => {
  expectClose(steps(optimizer), expected);
});

test.each(inKeras)('an optimizer leaks no tensor: %s', async (_, optimizer) => {
  await expectNoLeak(tf, () => tf.tidy(() => void steps(optimizer)));
});

describe('weight decay', () => {
  test.each([
    ['AdamW', adamW, adam()],
    ['Lion', lion, lion()],
  ])('of the kernels alone leaves biases and normalizations without it: %s', (_, optimizer, without) => {
    const options = { weightDecay: 0.1, decayed: 'kernels' } as const;
    expect(steps(optimizer(options), false)).toEqual(steps(without, false));
    expect(steps(optimizer(options), true)).toEqual(steps(optimizer({ weightDecay: 0.1 })));
  });
});

test.each([
  [() => adamW({ weightDecay: -1 }), /^adamW: weightDecay is -1, expected a number from 0 to /],
  [() => lion({ weightDecay: Number.NaN }), /^lion: weightDecay is NaN, /],
  [() => sgd({ momentum: 9 }), /^sgd: momentum is 9, expected a number from 0 to 1$/],
])('an option out of its range is refused: %s', (create, message) => {
  expect(create).toThrow(message);
});
