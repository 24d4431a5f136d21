import { type Augmentation, affine, previewAugmentationsStage, trainStage } from 'pipeline/vision';
import { describe, expect, test } from 'vitest';
import { labelledImages, SIZE } from '../support/labelled-images.ts';
import { runStage } from '../support/run-stage.ts';
import { params } from './training.ts';

/** Trains with augmentations that JavaScript, or a cast, lets through, and returns what the stage says. */
async function failureWith(augmentations: unknown, execution = 'graph') {
  const stage = trainStage({ augmentations: augmentations as readonly Augmentation[] });
  const given = { params: { ...params, execution }, inputs: await labelledImages(20) };
  return (await runStage(stage, given)).failure;
}

type Apply = (...given: Parameters<Augmentation['apply']>) => unknown;

const bad = (apply: Apply) => [{ name: 'bad', apply }];
const pixelsShape = `[8, ${SIZE}, ${SIZE}, 3]`;

describe('an augmentation of your own fails the training, with what it returned', () => {
  test.each<[string, Apply, string]>([
    [
      'one image for the whole batch',
      ({ pixels, targets }, { tf }) => ({ pixels: tf.slice(pixels, 0, 1), targets }),
      'returned 1 image for 8',
    ],
    [
      'images of another size',
      ({ pixels, targets }, { tf }) => ({ pixels: tf.slice(pixels, [0, 0, 0, 0], [-1, 5, 5, 3]), targets }),
      `returned pixels of float32 [8, 5, 5, 3], expected float32 ${pixelsShape}`,
    ],
    [
      'integers',
      ({ pixels, targets }, { tf }) => ({ pixels: tf.cast(pixels, 'int32'), targets }),
      `returned pixels of int32 ${pixelsShape}, expected float32 ${pixelsShape}`,
    ],
    ['no pixels', ({ targets }) => ({ pixels: undefined, targets }), 'returned undefined as pixels, expected'],
    [
      'the targets of one image',
      ({ pixels, targets }, { tf }) => ({
        pixels,
        targets: targets.map(({ target, weight }) => ({ target: tf.slice(target, 0, 1), weight })),
      }),
      'returned a target of float32 [1, 5], expected float32 [8, 5]',
    ],
    ['no targets', ({ pixels }) => ({ pixels, targets: [] }), 'returned no targets'],
    ['only the pixels', ({ pixels }) => ({ pixels }), 'returned { pixels: [Tensor] }, expected { pixels, targets }'],
    ['nothing', () => undefined, 'returned undefined, expected { pixels, targets }'],
  ])('%s', async (_, apply, message) => {
    expect(await failureWith(bad(apply))).toEqual({
      kind: 'failed',
      problems: [
        {
          message: expect.stringContaining(`augmentation "bad" ${message}`),
          advice: expect.stringContaining('Return { pixels, targets } from its "apply"'),
        },
      ],
    });
  });

  test('whether the steps run as a graph or op by op', async () => {
    const problems = [{ message: 'augmentation "bad" returned undefined, expected { pixels, targets }' }];
    expect(
      await failureWith(
        bad(() => undefined),
        'eager',
      ),
    ).toMatchObject({ problems });
  });

  test('and if it draws another number of numbers than it says', async () => {
    const draws = { numbers: 2, draw: () => [0.5] };
    expect(await failureWith([{ name: 'bad', draws, apply: (batch: unknown) => batch }])).toMatchObject({
      kind: 'failed',
      problems: [{ message: 'augmentation "bad" drew 1 number for an image, expected 2' }],
    });
  });

  test('in the preview, too', async () => {
    const { shards } = await labelledImages(20);
    const augmentations = bad(({ pixels }, { tf }) => ({ pixels: tf.slice(pixels, 0, 1), targets: [] }));
    const stage = previewAugmentationsStage({ augmentations: augmentations as readonly Augmentation[] });
    expect((await runStage(stage, { params: { images: 4 }, inputs: { shards } })).failure).toMatchObject({
      kind: 'failed',
      problems: [{ message: 'augmentation "bad" returned 1 image for 4' }],
    });
  });
});

test.each([
  [[affine(), undefined], 'augmentations[1] is undefined, not an augmentation'],
  [[affine], 'augmentations[0] is [Function: affine], not an augmentation'],
  [[{ name: 'bad' }], "augmentations[0] is { name: 'bad' }, not an augmentation"],
  ['x', "augmentations is 'x', expected a list"],
])('what is no augmentation is named: %j', async (augmentations, message) => {
  expect(await failureWith(augmentations)).toEqual({
    kind: 'failed',
    problems: [{ message, advice: expect.stringContaining('objects with "name" and "apply"') }],
  });
});
