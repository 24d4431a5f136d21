import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { imageReader } from '../../../../src/vision/data/images/image-file.ts';
import { temporaryFolder } from '../../../support/dataset.ts';

describe('imageReader', () => {
  let root: string;

  beforeEach(() => {
    const folder = temporaryFolder();
    root = join(folder, 'dataset');
    mkdirSync(join(root, 'coats'), { recursive: true });
    mkdirSync(join(folder, 'elsewhere'));
    writeFileSync(join(root, 'coats', '1.jpg'), 'coat');
    writeFileSync(join(folder, 'elsewhere', '1.jpg'), 'secret');
    symlinkSync('1.jpg', join(root, 'coats', 'same.jpg'));
    symlinkSync('coats', join(root, 'jackets'));
    symlinkSync('../../elsewhere/1.jpg', join(root, 'coats', 'secret.jpg'));
    symlinkSync('../elsewhere', join(root, 'elsewhere'));
    symlinkSync('cycle.jpg', join(root, 'coats', 'cycle.jpg'));
  });

  test.each([
    ['coats/1.jpg', 'a file'],
    ['coats/same.jpg', 'a symbolic link to another file of the data set'],
    ['jackets/1.jpg', 'in a symbolic link to another folder of the data set'],
  ])('reads %s, %s', async (file) => {
    const read = await imageReader(root)(file);
    expect(read.ok && read.value.toString()).toBe('coat');
  });

  test.each([
    ['coats/secret.jpg', /^the image is outside the data set: it leads to .*elsewhere\/1\.jpg$/],
    ['elsewhere/1.jpg', /^the image is outside the data set: it leads to .*elsewhere\/1\.jpg$/],
    ['../elsewhere/1.jpg', /^the image is outside the data set: its path leads out of it$/],
    ['coats/cycle.jpg', /^cannot read the image: its symbolic links form a cycle$/],
    ['coats/2.jpg', /^cannot read the image: there is no such file or folder$/],
    ['trousers/1.jpg', /^cannot read the image: there is no such file or folder$/],
    ['coats', /^cannot read the image: it is a folder$/],
  ])('reports why %s cannot be read, also after other images of the same folder', async (file, message) => {
    const read = imageReader(root);
    await read('coats/1.jpg');
    const problem = { message: expect.stringMatching(message), at: { file: join(root, file) } };
    expect(await read(file)).toMatchObject({ ok: false, failure: [problem] });
  });
});
