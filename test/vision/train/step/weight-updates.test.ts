import { describe, expect, test } from 'vitest';
import { adam, adamW } from '../../../../src/vision/train/optimizers/adam.ts';
import { lion } from '../../../../src/vision/train/optimizers/lion.ts';
import { sgd } from '../../../../src/vision/train/optimizers/sgd.ts';
import { executionModes } from '../../../../src/vision/train/step/execution-mode.ts';
import type { WeightUpdatesOptions } from '../../../../src/vision/train/step/weight-updates.ts';
import { close, GRADIENTS, START, updatesOf, weightsAfter } from './one-weight.ts';

describe.each(executionModes)('weight updates (%s)', (mode) => {
  // AdamW(0.01, weight_decay=0.1, gradient_accumulation_steps=2) and so on, Keras 3.15.1 on TensorFlow 2.21.
  test.each<[string, WeightUpdatesOptions, number[][]]>([
    [
      'AdamW',
      { optimizer: adamW({ weightDecay: 0.1 }) },
      [
        [0.989306628704071, -2.007999897003174, 3.006999969482422],
        [0.9857272505760193, -2.015899896621704, 3.0034666061401367],
      ],
    ],
    [
      'AdamW, clipped by global norm',
      { optimizer: adamW({ weightDecay: 0.1 }), clip: { globalNorm: 0.5 } },
      [
        [0.9899091720581055, -2.0079996585845947, 3.0069997310638428],
        [0.9862727522850037, -2.0159356594085693, 3.003761053085327],
      ],
    ],
    [
      'SGD with Nesterov momentum',
      { optimizer: sgd({ momentum: 0.9, nesterov: true }) },
      [
        [0.9999980926513672, -2.009500026702881, 3.0285000801086426],
        [0.9999982118606567, -2.0278000831604004, 3.0121500492095947],
      ],
    ],
    [
      'Lion',
      { optimizer: lion() },
      [
        [0.9900000095367432, -2.009999990463257, 3.009999990463257],
        [1, -2.0199999809265137, 3],
      ],
    ],
  ])('accumulate gradients as Keras does: %s', async (_, options, [first = [], second = []]) => {
    const subject = await updatesOf(mode, { ...options, accumulate: 2 });
    expect(await weightsAfter(subject, 2)).toEqual(close([START, first, first, second]));
  });

  test('weight the batches of a group by their shares, so that the last one may be smaller', async () => {
    const subject = await updatesOf(mode, { optimizer: sgd(), accumulate: 2 });
    await subject.step([8, 8, 8], { updates: 0, group: { share: 0.75, isLast: false } });
    await subject.step([4, 0, -4], { updates: 0, group: { share: 0.25, isLast: true } });
    expect(await subject.weight()).toEqual(close([[1 - 0.07, -2 - 0.06, 3 - 0.05]])[0]);
  });

  test('keep the averages of Keras, which begin as the weights after the first update', async () => {
    const subject = await updatesOf(mode, { optimizer: adam(), ema: { momentum: 0.5 } });
    const averages: number[][] = [];
    for (const [updates, gradient] of GRADIENTS.slice(0, 3).entries()) {
      await subject.step(gradient, { updates });
      await subject.swapAverages();
      averages.push(await subject.weight());
      await subject.swapAverages();
    }
    // Adam(0.01, use_ema=True, ema_momentum=0.5)
    expect(averages).toEqual(
      close([
        [0.9903066158294678, -2.0099997520446777, 3.009999990463257],
        [0.985416054725647, -2.0149996280670166, 3.0146608352661133],
        [0.9780604839324951, -2.0224995613098145, 3.0205941200256348],
      ]),
    );
    expect(await subject.weight()).toEqual(close([[0.9707049131393433, -2.0299994945526123, 3.0265274047851562]])[0]);
  });

  test('change the averages once in an update, however many gradients it accumulates', async () => {
    const subject = await updatesOf(mode, { optimizer: sgd(), accumulate: 2, ema: { momentum: 0.5 } });
    const weights = await weightsAfter(subject, 2);
    await subject.swapAverages();
    const mean = weights[1]?.map((value, index) => (value + (weights[3]?.[index] ?? Number.NaN)) / 2) ?? [];
    expect(await subject.weight()).toEqual(close([mean])[0]);
  });

  test('leave the weights in their place as long as there are no averages', async () => {
    const subject = await updatesOf(mode, { optimizer: sgd(), ema: { momentum: 0.9 } });
    await subject.swapAverages();
    expect(await subject.weight()).toEqual(START);
  });

  test.each([1, 2])('skip an update with a gradient that overflows, with %i batches each', async (accumulate) => {
    const options = { optimizer: adamW(), accumulate, ema: { momentum: 0.9 } };
    const [subject, other] = [
      await updatesOf(mode, options, { checksFinite: true }),
      await updatesOf(mode, options, { checksFinite: true }),
    ];
    const overflows = [Number.POSITIVE_INFINITY, 0.5, Number.NaN];
    const gradients = [overflows, ...GRADIENTS.slice(0, accumulate - 1)];
    expect(await weightsAfter(subject, accumulate, gradients)).toEqual(gradients.map(() => START));
    expect(await weightsAfter(subject, accumulate)).toEqual(await weightsAfter(other, accumulate));
    for (const { swapAverages } of [subject, other]) await swapAverages();
    expect(await subject.weight()).toEqual(await other.weight());
  });
});
