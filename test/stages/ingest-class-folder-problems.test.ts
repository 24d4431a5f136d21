import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { datasetOf, temporaryFolder, writeFiles } from '../support/dataset.ts';
import { COATS } from '../support/ingest.ts';
import { LABELS, NAME, problemsOf } from './ingest-problems.ts';

describe('a tree of class folders', () => {
  /** The problems of a tree of these files. */
  const treeProblems = (paths: readonly string[], make: (root: string) => void = () => undefined) => {
    const root = temporaryFolder();
    writeFiles(root, Object.fromEntries(paths.map((path) => [path, path.includes('empty') ? '' : 'image'])));
    make(root);
    return problemsOf(root, { layout: 'folders' });
  };

  test('without images', async () => {
    const advice =
      'Put images into folders named after their classes: CLASS/*.jpg, or TASK/CLASS/*.jpg for several tasks.';
    expect(await treeProblems([])).toEqual([`…: there are no images in the data set — ${advice}`]);
    expect(await treeProblems(['1.txt'])).toEqual([`…: there are no images in the data set — ${advice}`]);
  });

  test('with a folder without images, whose class would silently be none', async () => {
    expect(await treeProblems(['cat/1.jpg', 'dog/1.bmp', 'fox/.keep'])).toEqual(
      ['dog', 'fox'].map(
        (folder) =>
          `…/${folder}: there are no images in the folder «${folder}» — Put images (.jpg, .png, …) into it, or take it out: its class could not be learnt.`,
      ),
    );
  });

  test('with images that lie elsewhere than the others', async () => {
    const images = ['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg', 'dog/puppy/4.jpg', 'dog/puppy/5.jpg', '6.jpg'];
    const [said, advice] = [
      'most images lie as CLASS/IMAGE, so it is not clear what class this is',
      'Move it to where it belongs, or take it out.',
    ];
    expect(await treeProblems(images)).toEqual([
      `…/dog/puppy/4.jpg: «dog/puppy/4.jpg» and 1 more beside it: ${said} — ${advice}`,
      `…/6.jpg: «6.jpg»: ${said} — ${advice}`,
    ]);
  });

  test('with images that lie nowhere as they should', async () => {
    const [said, advice] = [
      'they lie neither as CLASS/IMAGE nor as TASK/CLASS/IMAGE, so it is not clear what class this is',
      'Move it to where it belongs, or take it out.',
    ];
    expect(await treeProblems(['1.jpg', '2.jpg', 'a/b/c/3.jpg'])).toEqual([
      `…/a/b/c/3.jpg: «a/b/c/3.jpg»: ${said} — ${advice}`,
      `…/1.jpg: «1.jpg» and 1 more beside it: ${said} — ${advice}`,
    ]);
  });

  test('that has its splits where tasks should be', async () => {
    expect(await treeProblems(['train/cat/1.jpg', 'train/dog/2.jpg', 'val/cat/3.jpg', 'val/dog/4.jpg'])).toEqual([
      '…: train and val look like splits of a data set, not like tasks — Put the images of each class into one folder: ingest splits them itself (param «validation_fraction»).',
    ]);
    expect((await treeProblems(['Train/1.jpg', 'test/2.jpg']))[0]).toContain(
      'Train and test look like splits of a data set, not like classes',
    );
  });

  test('with names that no task can have, empty images, links out and links to folders', async () => {
    const links = (root: string) => {
      symlinkSync('/etc', join(root, 'tail/long'));
      symlinkSync('..', join(root, 'tail/short'));
    };
    expect(await treeProblems(['kopf-ö/cat/1.jpg', 'tail/bent/2.jpg', 'tail/bent/empty.jpg'], links)).toEqual([
      '…/tail/bent/empty.jpg: «tail/bent/empty.jpg» is empty — Put an image there, or take it out.',
      '…/tail/long: «tail/long» leads out of the data set by a link, to /etc — Put an image there, or take it out.',
      '…/tail/short: «tail/short» is a link to another folder of the data set — Put the images themselves there, or take the link out.',
      `…/kopf-ö: no task can be called «kopf-ö» — ${NAME}`,
    ]);
  });

  test('with two folders that only a computer can tell apart', async () => {
    expect(
      await treeProblems(['café'.normalize('NFC'), 'café'.normalize('NFD')].map((name) => `${name}/1.jpg`)),
    ).toEqual([
      '…: two folders of the task label differ only in the Unicode form of their letters — Put their images into one folder.',
    ]);
  });

  test('beside a label file, which would say otherwise', async () => {
    expect(await problemsOf(datasetOf(COATS), { layout: 'folders' })).toEqual([
      `…/${LABELS}: there is a label file, so the folders cannot be the labels — Take the param «layout» out to read the label file, or take the label file out of the data set.`,
    ]);
  });
});
