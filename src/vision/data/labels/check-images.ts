import path from 'node:path';
import type { Place } from '../../../shared/problem.ts';
import { counted, quoted, shortened } from '../../../shared/wording.ts';
import { type Absence, type DatasetFiles, type Entry, entryFault } from './dataset-files.ts';
import type { Finding } from './findings.ts';
import type { NamingRow } from './label-rows.ts';
import { didYouMean } from './similar-names.ts';

/** An image with the first row that names it, and the number of rows that do. */
interface NamedImage {
  readonly file: string;
  readonly first: NamingRow;
  readonly rows: number;
}

/**
 * Checks once that each image which rows name is a non-empty file inside the data set. Images of a missing folder give one
 * finding together. The images are not decoded.
 */
export async function checkImages(rows: readonly NamingRow[], files: DatasetFiles): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [folder, images] of byFolder(rows)) {
    const listing = await files.list(folder);
    if (listing.kind !== 'listed') {
      findings.push(await folderFinding(folder, images, listing, files));
      continue;
    }
    const entries = await files.entries(images.map(({ file }) => file));
    for (const [index, image] of images.entries()) {
      const entry = entries[index];
      const finding = entry && (await imageFinding(image, entry, files));
      if (finding !== undefined) findings.push(finding);
    }
  }
  return findings;
}

function byFolder(rows: readonly NamingRow[]): ReadonlyMap<string, readonly NamedImage[]> {
  const images = new Map<string, { file: string; first: NamingRow; rows: number }>();
  for (const row of rows) {
    const known = images.get(row.file);
    if (known === undefined) images.set(row.file, { file: row.file, first: row, rows: 1 });
    else known.rows += 1;
  }
  const folders = new Map<string, NamedImage[]>();
  for (const image of images.values()) {
    const folder = path.posix.dirname(image.file);
    const siblings = folders.get(folder);
    if (siblings === undefined) folders.set(folder, [image]);
    else siblings.push(image);
  }
  return folders;
}

async function imageFinding(image: NamedImage, entry: Entry, files: DatasetFiles): Promise<Finding | undefined> {
  const { file, first, rows } = image;
  if (entry.kind === 'file' && entry.bytes > 0) return undefined;
  const at = first.place();
  const count = rows === 1 ? '' : ` (named by ${rows} rows)`;
  if (entry.kind === 'missing') {
    return {
      kind: 'missing images or folders',
      message: `the image ${quoted(file)} does not exist${count}`,
      at,
      advice: (await didYouMean(file, files)) ?? `Add it at ${shortened(files.path(file))}, or remove the row.`,
    };
  }
  const fault = entry.kind === 'file' ? 'is empty' : entryFault(entry);
  return { kind: 'unusable images', message: `${quoted(file)} ${fault}${count}`, at, advice: adviceOn(entry) };
}

async function folderFinding(
  folder: string,
  images: readonly NamedImage[],
  absence: Absence,
  files: DatasetFiles,
): Promise<Finding> {
  const rows = counted(
    images.reduce((sum, image) => sum + image.rows, 0),
    'row',
  );
  const [first] = images.map((image) => image.first);
  if (first === undefined) throw new Error('expected at least one image in the folder');
  const at: Place = first.place();
  const kind = 'missing images or folders';
  if (absence.kind !== 'missing') {
    const message = `the folder ${quoted(folder)} for the images of ${rows} ${entryFault(absence)}`;
    return { kind, message, at, advice: adviceOn(absence) };
  }
  const similar = await didYouMean(folder, files);
  const similarFile = similar === undefined ? await didYouMean(first.file, files) : undefined;
  return {
    kind,
    message: `the folder ${quoted(folder)} for the images of ${rows} does not exist`,
    at,
    advice: similar ?? similarFile ?? `Add the images to ${shortened(files.path(folder))}, or remove the rows.`,
  };
}

function adviceOn({ kind }: Entry): string {
  switch (kind) {
    case 'outside':
      return 'Copy the target into the data set, or use a folder that contains both as the data set.';
    case 'unreadable':
      return 'Make it readable (chmod +r), or remove the row.';
    case 'folder':
      return 'Name an image inside it, or remove the row.';
    case 'broken-link':
    case 'file':
    case 'missing':
    case 'special':
      return 'Replace it with an image, or remove the row.';
    default:
      return kind satisfies never;
  }
}
