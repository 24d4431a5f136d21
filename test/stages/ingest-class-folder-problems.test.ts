import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { datasetOf, temporaryFolder, writeFiles } from '../support/dataset.ts';
import { COATS } from '../support/ingest.ts';
import { LABELS, problemsOf, TASK_NAME_ADVICE } from './ingest-problems.ts';

describe('a folder tree is rejected', () => {
  /** Returns the problems of a folder tree with these files. */
  const treeProblems = (paths: readonly string[], make: (root: string) => void = () => undefined) => {
    const root = temporaryFolder();
    writeFiles(root, Object.fromEntries(paths.map((path) => [path, path.includes('empty') ? '' : 'image'])));
    make(root);
    return problemsOf(root, { layout: 'folders' });
  };

  test('when it has no images', async () => {
    const advice =
      'Put images into folders named after their classes: CLASS/*.jpg, or TASK/CLASS/*.jpg for several tasks.';
    expect(await treeProblems([])).toEqual([`…: there are no images in the data set — ${advice}`]);
    expect(await treeProblems(['1.txt'])).toEqual([`…: there are no images in the data set — ${advice}`]);
  });

  test('when a folder has no images, because its class would silently disappear', async () => {
    expect(await treeProblems(['cat/1.jpg', 'dog/1.bmp', 'fox/.keep'])).toEqual(
      ['dog', 'fox'].map(
        (folder) =>
          `…/${folder}: there are no images in the folder "${folder}" — Add images (.jpg, .png, …) to it, or remove it: a class without images cannot be trained.`,
      ),
    );
  });

  test('when images are at another depth than most', async () => {
    const images = ['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg', 'dog/puppy/4.jpg', 'dog/puppy/5.jpg', '6.jpg'];
    const [reason, advice] = ['most images are at CLASS/IMAGE', 'Move it into the folder of its class, or remove it.'];
    expect(await treeProblems(images)).toEqual([
      `…/dog/puppy/4.jpg: cannot tell the class of "dog/puppy/4.jpg" and 1 more in its folder: ${reason} — ${advice}`,
      `…/6.jpg: cannot tell the class of "6.jpg": ${reason} — ${advice}`,
    ]);
  });

  test('when no image is at a valid depth', async () => {
    const [reason, advice] = [
      'images must be at CLASS/IMAGE or TASK/CLASS/IMAGE',
      'Move it into the folder of its class, or remove it.',
    ];
    expect(await treeProblems(['1.jpg', '2.jpg', 'a/b/c/3.jpg'])).toEqual([
      `…/a/b/c/3.jpg: cannot tell the class of "a/b/c/3.jpg": ${reason} — ${advice}`,
      `…/1.jpg: cannot tell the class of "1.jpg" and 1 more in its folder: ${reason} — ${advice}`,
    ]);
  });

  test('when its top folders are splits without class folders', async () => {
    expect(await treeProblems(['Train/1.jpg', 'test/2.jpg'])).toEqual([
      '…: Train and test look like the splits of a data set, not like classes — Put the images of each split into folders named after their classes: train/CLASS/*.jpg.',
    ]);
  });

  test('when some of its top folders are splits and others are not', async () => {
    const images = ['train/cat/1.jpg', 'val/cat/2.jpg', 'more/cat/3.jpg'];
    expect(await treeProblems(images)).toEqual([
      '…: train and val look like the splits of a data set, but more not — Move the other folders out of the data set, or rename the splits if they are tasks.',
    ]);
  });

  test('when two of its splits are the same one, or none is for training', async () => {
    expect(await treeProblems(['train/cat/1.jpg', 'val/cat/2.jpg', 'valid/cat/3.jpg'])).toEqual([
      '…: two of the folders train, val and valid are the same split — Move their images into one folder.',
    ]);
    expect(await treeProblems(['val/cat/2.jpg', 'test/cat/3.jpg'])).toEqual([
      '…: the folders test and val are splits, but there is none for training — Put the training images into a folder "train".',
    ]);
  });

  test('when the images of its test split have no labels, as those of Kaggle: they may be questions', async () => {
    expect(await treeProblems(['train/cat/1.jpg', 'train/dog/2.jpg', 'test/3.jpg', 'test/4.jpg'])).toEqual([
      '…/test/3.jpg: cannot tell the class of "test/3.jpg" and 1 more in its folder: most images are at SPLIT/CLASS/IMAGE — Move it into the folder of its class; or, if the images in it are to be predicted, set the param "questions" to "test".',
    ]);
  });

  test('when it has invalid task names, empty images, links out of the data set or links to folders', async () => {
    const links = (root: string) => {
      symlinkSync('/etc', join(root, 'tail/long'));
      symlinkSync('..', join(root, 'tail/short'));
    };
    expect(await treeProblems(['kopf-ö/cat/1.jpg', 'tail/bent/2.jpg', 'tail/bent/empty.jpg'], links)).toEqual([
      '…/tail/bent/empty.jpg: "tail/bent/empty.jpg" is empty — Replace it with an image, or remove it.',
      '…/tail/long: "tail/long" is a symbolic link to /etc, outside the data set — Replace it with an image, or remove it.',
      '…/tail/short: "tail/short" is a symbolic link to a folder of the data set — Copy the images there, or remove the link.',
      `…/kopf-ö: invalid task name "kopf-ö" — ${TASK_NAME_ADVICE}`,
    ]);
  });

  test('when two class folders differ only in Unicode normalization', async () => {
    expect(
      await treeProblems(['café'.normalize('NFC'), 'café'.normalize('NFD')].map((name) => `${name}/1.jpg`)),
    ).toEqual([
      '…: two class folders of the task "label" differ only in Unicode normalization — Move their images into one folder.',
    ]);
  });

  test('when there is also a label file, which may contradict the folders', async () => {
    expect(await problemsOf(datasetOf(COATS), { layout: 'folders' })).toEqual([
      `…/${LABELS}: the data set has a label file, but the param "layout" is "folders" — Remove the param "layout" to read the label file, or remove the label file to use the folders.`,
    ]);
  });
});
