import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import train from '../../stages/train.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { labelledImages } from '../support/labelled-images.ts';
import { runStage } from '../support/run-stage.ts';
import { continued, params } from './training.ts';

describe('what is wrong is said before TensorFlow is loaded', () => {
  test('weights of classes that there are not', async () => {
    const class_weights = { colour: [1, 2], hue: [1] };
    const { failure } = await runStage(train, { params: { ...params, class_weights }, inputs: await labelledImages() });
    expect(failure?.problems).toEqual([
      {
        message: 'class_weights has 2 numbers for the task «colour», which has 3 classes',
        advice: 'Give one number a class, in the order of the label’s characters.',
      },
      { message: 'class_weights names the task «hue», which there is not', advice: 'There is colour, shade.' },
    ]);
  });

  test('a batch that is larger than the training split', async () => {
    const inputs = await labelledImages(20);
    const { failure } = await runStage(train, { params: { ...params, batch_size: 17 }, inputs });
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        {
          message: 'a batch of 17 is more than the 16 training samples',
          at: { file: inputs.targets },
          advice: 'Lower batch_size to 16 or less.',
        },
      ],
    });
  });

  test('images that are too small for the backbone', async () => {
    const { failure } = await runStage(train, { params, inputs: await labelledImages(20, { size: 24 }) });
    expect(failure?.problems).toEqual([
      {
        message: '«small-cnn» takes images from 32×32 pixels on, but these have 24×24',
        advice: 'Resize the images to more pixels, or take another backbone.',
      },
    ]);
  });

  test('neither a model nor a backbone', async () => {
    const { failure } = await runStage(train, { params: continued, inputs: await labelledImages() });
    expect(failure?.problems).toEqual([
      {
        message: 'neither the param «backbone» nor the input «model» says what to train',
        advice:
          'Set backbone to one of inception-resnet-v2, nasnet-large, nasnet-mobile, mobilenet-v2, small-cnn, or connect the input model.',
      },
    ]);
  });

  test('samples whose images were put aside are left out', async () => {
    const inputs = await labelledImages(40, { broken: [0, 4, 7] });
    const { failure, logged } = await runStage(train, { params, inputs });
    expect(failure).toBeUndefined();
    expect(logged[0]).toBe('warning: left out since their images were put aside: 2 training and 1 validation samples');
  });

  test('targets that name images which the shards lack', async () => {
    const [few, many] = [await labelledImages(20), await labelledImages(27)];
    const { failure } = await runStage(train, { params, inputs: { shards: few.shards, targets: many.targets } });
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        {
          message:
            `the shards in ${few.shards} lack images that the targets name: «Images/colour_labels/20.png», ` +
            '«Images/shade_labels/21.png», «Images/colour_labels/22.png», «Images/shade_labels/23.png», ' +
            '«Images/colour_labels/24.png» and 2 more',
          at: { file: many.targets },
          advice: 'Make shards and targets from the same samples: both have to come from one run of the ingest stage.',
        },
      ],
    });
  });

  test('shards and targets that are not there, both at once', async () => {
    const folder = temporaryFolder();
    const inputs = { shards: join(folder, 'shards'), targets: join(folder, 'targets.arrow') };
    const { failure } = await runStage(train, { params, inputs });
    expect(failure?.problems.map(({ at }) => at?.file)).toEqual([join(inputs.shards, 'index.json'), inputs.targets]);
  });
});

describe('what is odd is told while the training goes on', () => {
  test('a task that no training sample has', async () => {
    const inputs = await labelledImages(40, {
      splitOf: (index) => (index % 2 === 1 || index % 5 === 4 ? 'validation' : 'train'),
    });
    const { failure, logged } = await runStage(train, { params, inputs });
    expect(failure).toBeUndefined();
    expect(logged[0]).toBe('warning: no training sample has the task «shade», so its head learns nothing');
  });

  test('no validation samples: then there are no figures of them', async () => {
    const inputs = await labelledImages(16, { splitOf: () => 'train' });
    const { logged, metrics } = await runStage(train, { params, inputs });
    expect(logged[0]).toBe('warning: there are no validation samples, so nothing tells how good the model is');
    expect(Object.keys(metrics)).toEqual(['loss']);
  });
});
