import { join } from 'node:path';
import type Sharp from 'sharp';
import type { View } from '../../shared/extensions/view.ts';
import type { Inspection, Viewer } from '../../shared/extensions/viewer.ts';
import { evenlySpread, type FoundFile } from '../../shared/files.ts';
import { pictureFormat, pictureFormatByName } from '../../shared/media-type.ts';
import { bytes, count, plural } from '../../shared/text/format.ts';
import { type DirectoryContent, describeDirectory, inspectDirectory } from './directory.ts';
import { loadSharp } from './sharp.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The maximum number of images whose header is read to determine their size: reading all would take minutes. */
const MEASURED = 200;

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export interface ImagesContent {
  readonly kind: 'images';
  readonly images: number;
  readonly bytes: number;
  readonly byFormat: Readonly<Record<string, number>>;
  /** In pixels, of the images that were measured. */
  readonly width?: Spread;
  readonly height?: Spread;
  readonly measured: number;
  readonly unreadable: readonly string[];
  /** All files of the directory; undefined for a single image. */
  readonly directory?: DirectoryContent;
}

export const imagesViewer: Viewer = {
  async inspect({ kind, path, bytes: size, head, files }) {
    if (kind === 'directory') return areImages(files) ? toInspection(await inspectImages(path, files)) : undefined;
    const format = pictureFormat(head);
    return format && toInspection(await inspectImage(path, format, size));
  },
};

function toInspection(content: ImagesContent): Inspection {
  const { directory } = content;
  return {
    content,
    describe: (view) => describeImages(content, view),
    ...(directory && { listFiles: (view) => describeDirectory(directory, view) }),
  };
}

/** Accepts a directory if at least half of its files are images. */
function areImages(found: readonly FoundFile[]): boolean {
  const images = found.filter(({ path }) => pictureFormatByName(path) !== undefined).length;
  return images > 0 && images * 2 >= found.length;
}

async function inspectImages(root: string, found: readonly FoundFile[]): Promise<ImagesContent> {
  const images = found.filter(({ path }) => pictureFormatByName(path) !== undefined);
  const byFormat: Record<string, number> = {};
  for (const { path } of images) {
    const format = pictureFormatByName(path) ?? '';
    byFormat[format] = (byFormat[format] ?? 0) + 1;
  }
  const spread = evenlySpread(images.length, MEASURED).flatMap((index) => images[index]?.path ?? []);
  const sharp = await loadSharp();
  const chosen = sharp.ok ? spread : [];
  const sizes = sharp.ok ? await Promise.all(chosen.map((path) => measure(join(root, path), sharp.value))) : [];
  return {
    kind: 'images',
    images: images.length,
    bytes: images.reduce((sum, image) => sum + image.bytes, 0),
    byFormat,
    ...spreads(sizes.filter((size) => size !== undefined)),
    measured: chosen.length,
    unreadable: chosen.filter((_path, index) => sizes[index] === undefined),
    directory: inspectDirectory(found),
  };
}

/** Accepts a single image, whatever its name. */
async function inspectImage(path: string, format: string, size: number): Promise<ImagesContent> {
  const sharp = await loadSharp();
  const measured = sharp.ok ? await measure(path, sharp.value) : undefined;
  return {
    kind: 'images',
    images: 1,
    bytes: size,
    byFormat: { [format]: 1 },
    ...spreads(measured === undefined ? [] : [measured]),
    measured: sharp.ok ? 1 : 0,
    unreadable: sharp.ok && measured === undefined ? [path] : [],
  };
}

function describeImages(found: ImagesContent, view: View): string[] {
  const { images, byFormat, width, height, measured, unreadable, directory } = found;
  const formats = Object.entries(byFormat).sort(([, a], [, b]) => b - a);
  const size = width && height ? [sizeText(width, height)] : [];
  if (images === 1 && directory === undefined) {
    const faults = unreadable.length > 0 ? ['damaged'] : [];
    return [[`${formats[0]?.[0]} image`, ...size, ...faults, bytes(found.bytes)].join(', ')];
  }
  const kinds = formats.map(([format, number]) => `${count(number)} ${format}`).join(', ');
  const of = measured < images ? ` (of ${count(measured)} of them)` : '';
  return [
    `${plural(images, 'image')}, ${bytes(found.bytes)}: ${kinds}`,
    ...size.map((text) => `  ${text}${of}`),
    ...unreadable.slice(0, 5).map((path) => `${view.paint('red', '✗')} ${path} cannot be read as an image`),
    ...(unreadable.length > 5 ? [`  and ${count(unreadable.length - 5)} more`] : []),
  ];
}

function sizeText(width: Spread, height: Spread): string {
  if (width.min === width.max && height.min === height.max) return `${width.min} × ${height.min} pixels`;
  const range = ({ min, median, max }: Spread) => (min === max ? `${min}` : `${min} to ${max} (median ${median})`);
  return `width ${range(width)}, height ${range(height)} pixels`;
}

/** Returns the width and height of an image; undefined if it cannot be decoded. */
async function measure(path: string, sharp: typeof Sharp): Promise<Size | undefined> {
  try {
    const { width, height, autoOrient } = await sharp(path).metadata();
    return autoOrient ?? { width, height };
  } catch {
    // The file is reported as unreadable.
    return undefined;
  }
}

function spreads(sizes: readonly Size[]): Pick<ImagesContent, 'width' | 'height'> {
  if (sizes.length === 0) return {};
  return { width: spreadOf(sizes.map(({ width }) => width)), height: spreadOf(sizes.map(({ height }) => height)) };
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? 0;
  return { min: at(0), median: at(Math.floor(sorted.length / 2)), max: at(sorted.length - 1) };
}
