import type { JSX } from 'preact';
import sharp, { type Sharp } from 'sharp';
import { readImageFile } from '../data/images/image-file.ts';
import type { ShardSet } from '../data/shards/shards.ts';

/** Width and height of a thumbnail at most, in pixels. */
const SIZE = 112;
/** The pictures of a page may have this many bytes in all. */
export const PICTURE_BUDGET = 1_500_000;

/** Small pictures of images, within a budget of bytes. */
export interface Pictures {
  /** Returns an image as a data URI; nothing if there is none, it cannot be read, or the budget is spent. */
  of(file: string): Promise<string | undefined>;
  /** The same for an image file that a stage has written. `path`: absolute. */
  ofFile(path: string): Promise<string | undefined>;
  /** The bytes that are spent. */
  spent(): number;
}

/** Makes pictures of the images in shards, which have the size of the model. */
export function picturesFrom(shards: ShardSet | undefined): Pictures {
  const made = new Map<string, Promise<string | undefined>>();
  let spent = 0;
  const encode = async (image: Sharp): Promise<string> => {
    const small = image.resize(SIZE, SIZE, { fit: 'inside', withoutEnlargement: true });
    const webp = await small.webp({ quality: 60, effort: 4 }).toBuffer();
    spent += webp.length;
    return `data:image/webp;base64,${webp.toString('base64')}`;
  };
  const make = async (file: string): Promise<string | undefined> => {
    const row = shards?.rowOf(file);
    if (shards === undefined || row === undefined || spent >= PICTURE_BUDGET) return undefined;
    const { height, width } = shards;
    const pixels = new Uint8Array(height * width * 3);
    const read = await shards.readRows([row], pixels);
    return read.ok ? encode(sharp(pixels, { raw: { width, height, channels: 3 } })) : undefined;
  };
  return {
    async of(file) {
      const known = made.get(file) ?? make(file);
      made.set(file, known);
      return known;
    },
    async ofFile(path) {
      const bytes = spent >= PICTURE_BUDGET ? undefined : await readImageFile(path);
      return bytes?.ok ? encode(sharp(bytes.value)).catch(() => undefined) : undefined;
    },
    spent: () => spent,
  };
}

/** An image of a list, and what is said about it. */
export interface Captioned {
  readonly file: string;
  readonly lines: readonly string[];
  readonly id?: string | undefined;
}

/** A list of images with what is said about each; without a picture where there is none. Nothing if there are no images. */
export async function pictureList(images: readonly Captioned[], pictures: Pictures): Promise<JSX.Element | undefined> {
  if (images.length === 0) return undefined;
  const items = await Promise.all(images.map(async (image) => ({ ...image, source: await pictures.of(image.file) })));
  return (
    <ul class="pictures">
      {items.map(({ file, lines, id, source }) => (
        <li key={`${id}${file}`} id={id}>
          {source !== undefined && <img src={source} alt={file} loading="lazy" />}
          {lines.map((line) => (
            <div key={line}>{line}</div>
          ))}
          <div class="dim" title={file}>
            {shortened(file)}
          </div>
        </li>
      ))}
    </ul>
  );
}

function shortened(file: string): string {
  const name = file.split('/').at(-1) ?? file;
  return name.length <= 24 ? name : `${name.slice(0, 10)}…${name.slice(-12)}`;
}
