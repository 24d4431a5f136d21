import path from 'node:path';
import type { Place } from '../../../shared/problem.ts';
import { counted, quoted, shortened } from '../../../shared/wording.ts';
import { type Absence, type DatasetFiles, type Entry, entryFault } from './dataset-files.ts';
import type { Finding } from './findings.ts';
import { FIELD, type NamingRow } from './label-rows.ts';
import { didYouMean } from './near-names.ts';

/** An image with the first row that names it, and how many do. */
interface NamedImage {
  readonly file: string;
  readonly first: NamingRow;
  readonly rows: number;
}

/** Looks at each image that rows name, once, and tells which cannot be read as one. */
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
  const at = first.csv.place(first.row, FIELD.file);
  const again = rows === 1 ? '' : ` (${rows} rows name it)`;
  if (entry.kind === 'missing') {
    return {
      kind: 'images or folders that are not there',
      message: `there is no image ${quoted(file)}${again}`,
      at,
      advice: (await didYouMean(file, files)) ?? `Put it at ${shortened(files.path(file))}, or take the row out.`,
    };
  }
  const fault = entry.kind === 'file' ? 'is empty' : entryFault(entry);
  return { kind: 'images that are none', message: `${quoted(file)} ${fault}${again}`, at, advice: adviceOn(entry) };
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
  if (first === undefined) throw new Error('a folder is looked at for the sake of an image');
  const at: Place = first.csv.place(first.row, FIELD.file);
  const kind = 'images or folders that are not there';
  if (absence.kind !== 'missing') {
    const message = `the folder ${quoted(folder)} for the images of ${rows} ${entryFault(absence)}`;
    return { kind, message, at, advice: adviceOn(absence) };
  }
  const near = await didYouMean(folder, files);
  const whole = near === undefined ? await didYouMean(first.file, files) : undefined;
  return {
    kind,
    message: `there is no folder ${quoted(folder)} for the images of ${rows}`,
    at,
    advice: near ?? whole ?? `Put the images into ${shortened(files.path(folder))}, or take the rows out.`,
  };
}

function adviceOn({ kind }: Entry): string {
  switch (kind) {
    case 'outside':
      return 'Put what is there into the data set itself, or name a folder that holds both as the data set.';
    case 'unreadable':
      return 'Let it be read (chmod +r), or take the row out.';
    case 'folder':
      return 'Name an image in it, or take the row out.';
    case 'broken-link':
    case 'file':
    case 'missing':
    case 'special':
      return 'Put the image there, or take the row out.';
    default:
      return kind satisfies never;
  }
}
