import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeImages } from '../../src/vision/data/tables/images.ts';
import resize from '../../stages/resize-to-arrow-shards.ts';
import { temporaryFolder, writeFiles } from '../support/dataset.ts';
import { runStage } from '../support/run-stage.ts';
import { fileOf, imagesOf, jpegOf, params } from './resized-images.ts';

describe('resize-to-arrow-shards rejects images that cannot be decoded', () => {
  const QUARANTINE = 'Or set "on_bad_image" to "quarantine" to exclude such images.';
  const advice = `Replace it with an intact image, or remove the rows that name it from the data set. ${QUARANTINE}`;

  test('and reports all of them together, each with its path', async () => {
    const inputs = await imagesOf(12);
    const intact = await jpegOf(9);
    writeFiles(inputs.dataset, {
      [fileOf(2)]: 'no image',
      [fileOf(9)]: intact.subarray(0, intact.length - 40),
      [fileOf(11)]: '',
    });
    const { failure, outputs } = await runStage(resize, { params, inputs });
    expect(failure).toEqual({
      kind: 'bad-input',
      problems: [
        {
          message: 'cannot decode the image: it is a text file',
          at: { file: join(inputs.dataset, fileOf(2)) },
          advice,
        },
        {
          message: 'cannot decode the image: its header is corrupted: VipsJpeg: premature end of JPEG image',
          at: { file: join(inputs.dataset, fileOf(9)) },
          advice,
        },
        {
          message: 'cannot read the image: it is empty',
          at: { file: join(inputs.dataset, fileOf(11)) },
          advice: `Replace it with an image. ${QUARANTINE}`,
        },
      ],
    });
    expect(existsSync(outputs.shards ?? ''), 'no incomplete output is left').toBe(false);
  });

  test('and shows the first twenty of them and the number of the others', async () => {
    const inputs = await imagesOf(25);
    for (let index = 0; index < 25; index += 1) writeFiles(inputs.dataset, { [fileOf(index)]: 'no image' });
    const { failure } = await runStage(resize, { params, inputs });
    expect(failure?.problems).toHaveLength(21);
    expect(failure?.problems.at(-1)).toEqual({ message: 'and 5 more images like these' });
  });

  test('and those that have been deleted since ingest listed them', async () => {
    const { images } = await imagesOf(1);
    const dataset = temporaryFolder();
    const { failure } = await runStage(resize, { params, inputs: { images, dataset } });
    expect(failure?.problems).toEqual([
      {
        message: 'cannot read the image: there is no such file or folder',
        at: { file: join(dataset, fileOf(0)) },
        advice: `Restore it, or rerun the stage that lists the images. ${QUARANTINE}`,
      },
    ]);
  });
});

test.each(['../secret.jpg', '/etc/passwd', 'Images/../../secret.jpg', 'Images/link.jpg', 'linked/secret.jpg'])(
  'resize-to-arrow-shards reads no image outside the data set, whatever its table says: %s',
  async (file) => {
    const root = temporaryFolder();
    const dataset = join(root, 'data');
    writeFiles(root, { 'secret.jpg': await jpegOf(1), 'data/Images/1.jpg': await jpegOf(2) });
    symlinkSync('../../secret.jpg', join(dataset, 'Images/link.jpg'));
    symlinkSync('..', join(dataset, 'linked'));
    const images = join(root, 'images.arrow');
    await writeImages(images, [file]);
    const { failure } = await runStage(resize, { params, inputs: { dataset, images } });
    expect(failure).toMatchObject({
      kind: 'bad-input',
      problems: [{ message: expect.stringMatching(/^the image is outside the data set: it(s path)? leads/) }],
    });
  },
);

test('resize-to-arrow-shards reports a table that is not an Arrow file as a bad input', async () => {
  const { dataset } = await imagesOf(0);
  writeFiles(dataset, { 'images.arrow': 'file\nImages/1.jpg\n' });
  const images = join(dataset, 'images.arrow');
  const { failure } = await runStage(resize, { params, inputs: { dataset, images } });
  expect(failure).toMatchObject({ kind: 'bad-input', problems: [{ at: { file: images } }] });
});
