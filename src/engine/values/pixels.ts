import type { ValueReader } from '../../shared/extensions/values.ts';
import { pictureFormat } from '../../shared/media-type.ts';
import { readBytes } from '../../shared/read-file.ts';
import { loadSharp } from '../inspect/sharp.ts';

/** The pixels of an image form one group. */
export const pixelValues: ValueReader = {
  async read({ path, head }) {
    if (pictureFormat(head) === undefined) return undefined;
    const bytes = readBytes(path, 'image');
    const sharp = await loadSharp();
    if (!bytes.ok || !sharp.ok) return undefined;
    try {
      const { data, info } = await sharp.value(bytes.value).raw().toBuffer({ resolveWithObject: true });
      const { width, height, channels } = info;
      const placeOf = (index: number) => {
        const pixel = Math.floor(index / channels);
        return `x ${pixel % width}, y ${Math.floor(pixel / width)}`;
      };
      const size = `${width} × ${height}, ${channels} channels`;
      return { numbers: [{ name: 'the pixels', values: data, placeOf }], others: new Map([['the size', size]]) };
    } catch {
      // It is corrupted.
      return undefined;
    }
  },
};
