import { pictureFormat } from '../../../shared/media-type.ts';
import { resolveBelow } from '../../../shared/paths-below.ts';
import { failure, type Result, success } from '../../../shared/problem.ts';
import { readBytes } from '../../../shared/read-file.ts';
import { bytes } from '../../../shared/text/format.ts';
import { loadSharp } from '../../inspect/sharp.ts';

/** Width and height at most, in pixels. */
const SIZE = 640;
/** The images of all elements of a page may have this many bytes together. */
const IMAGE_BUDGET = 1_000_000;

/** The images of the elements of a page. */
export interface ElementImages {
  /**
   * Returns an image as a data URI, or why it is not shown.
   *
   * @param folder the folder of the element; nothing if its output is a file.
   * @param file the path that the stage gives, which may be anything.
   */
  of(folder: string | undefined, file: string): Promise<Result<string, string>>;
}

export function elementImages(): ElementImages {
  let spent = 0;
  return {
    async of(folder, file) {
      if (folder === undefined) return failure('an image needs a folder as the output, with report.json in it');
      if (spent >= IMAGE_BUDGET) return failure(`images take at most ${bytes(IMAGE_BUDGET)} of a page`);
      const path = resolveBelow(folder, file);
      if (!path.ok) {
        return failure(path.failure.kind === 'missing' ? 'there is no such file' : 'it is not in the folder');
      }
      const content = readBytes(path.value, 'image');
      if (!content.ok) return failure(content.failure.reason);
      if (pictureFormat(content.value) === undefined) return failure('it is not a PNG, JPEG, WebP or GIF file');
      const sharp = await loadSharp();
      if (!sharp.ok) return failure(sharp.failure.map(({ message }) => message).join('; '));
      try {
        const small = await sharp
          .value(content.value)
          .autoOrient()
          .resize(SIZE, SIZE, { fit: 'inside', withoutEnlargement: true })
          .webp({ quality: 75, effort: 4 })
          .toBuffer();
        spent += small.length;
        return success(`data:image/webp;base64,${small.toString('base64')}`);
      } catch {
        return failure('it cannot be decoded');
      }
    },
  };
}
