import { statSync } from 'node:fs';
import { join } from 'node:path';
import { arrowFilesOf, filesBelow, readFrom } from '../../shared/files.ts';
import { looksLikeArrow, pictureFormat, pictureFormatByName } from '../../shared/media-type.ts';
import type { Pictures } from './picture.ts';

/** Finds the images of a file or directory: image files, or a column of images in Arrow files. */
export async function findPictures(path: string, name: string): Promise<Pictures | undefined> {
  if (!statSync(path).isDirectory()) {
    const head = readFrom(path, 0, 16);
    if (pictureFormat(head) !== undefined) return { count: 1, at: () => ({ label: name, input: path }) };
    return looksLikeArrow(head) ? arrowPictures([path]) : undefined;
  }
  const found = filesBelow(path);
  const arrow = await arrowPictures(arrowFilesOf(path, found).map((file) => join(path, file.path)));
  if (arrow !== undefined) return arrow;
  const images = found.filter((file) => pictureFormatByName(file.path) !== undefined);
  if (images.length === 0) return undefined;
  return {
    count: images.length,
    at: (index) => {
      const { path: label = '' } = images[index] ?? {};
      return { label, input: join(path, label) };
    },
  };
}

async function arrowPictures(paths: readonly string[]): Promise<Pictures | undefined> {
  if (paths.length === 0) return undefined;
  const { picturesInArrow } = await import('./arrow/pictures.ts');
  return picturesInArrow(paths);
}
