import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { View } from '../../shared/extensions/view.ts';
import { arrowFilesOf, filesBelow, readFrom } from '../../shared/files.ts';
import { extensionOf, looksLikeArrow, pictureFormat } from '../../shared/media-type.ts';
import { bytes } from '../../shared/text/format.ts';
import { describeClassCounts, isClassCounts } from '../../vision/inspect/class-counts.ts';
import { describeModel } from '../../vision/inspect/model/describe.ts';
import type { ModelInspection } from '../../vision/inspect/model/model.ts';
import { inspectQuarantine } from '../../vision/inspect/quarantine.ts';
import type { ArrowInspection } from './arrow/arrow.ts';
import { describeArrow } from './arrow/describe.ts';
import { type CsvInspection, describeCsv, inspectCsv } from './csv.ts';
import { type DirectoryInspection, describeDirectory, inspectDirectory } from './directory.ts';
import { areImages, describeImages, type ImagesInspection, inspectImage, inspectImages } from './images.ts';
import { describeJson, inspectJson, type JsonInspection, LARGEST_JSON, parseJson, trimJson } from './json.ts';
import { describeNumpy, inspectNumpy, type NumpyInspection } from './numpy.ts';
import { decodeText, describeText, inspectText, type TextInspection } from './text.ts';

/** What lies at a path, as data. */
export type Inspection =
  | ArrowInspection
  | CsvInspection
  | DirectoryInspection
  | ImagesInspection
  | JsonInspection
  | ModelInspection
  | NumpyInspection
  | TextInspection
  | { readonly kind: 'binary'; readonly bytes: number };

const HEAD_BYTES = 8192;

/** Looks into a file or directory. `name` is how the stage called it: content in the cache has no extension. */
export async function inspectContent(path: string, name: string): Promise<Inspection> {
  const stats = statSync(path);
  return stats.isDirectory() ? inspectFolder(path) : inspectFile(path, name, stats.size);
}

/** What it is, for people. */
export function describeInspection(inspection: Inspection, view: View): string[] {
  switch (inspection.kind) {
    case 'arrow':
      return describeArrow(inspection, view);
    case 'csv':
      return describeCsv(inspection, view);
    case 'directory':
      return describeDirectory(inspection, view);
    case 'images':
      return describeImages(inspection, view);
    case 'json':
      return isClassCounts(inspection.value)
        ? describeClassCounts(inspection.value, inspection, view)
        : describeJson(inspection, view);
    case 'model':
      return describeModel(inspection, view);
    case 'numpy':
      return describeNumpy(inspection);
    case 'text':
      return describeText(inspection, view);
    case 'binary':
      return [`binary, ${bytes(inspection.bytes)}`];
    default:
      return inspection satisfies never;
  }
}

/** What `--json` tells of it. */
export function inspectionJson(inspection: Inspection): object {
  return inspection.kind === 'json' ? trimJson(inspection) : inspection;
}

async function inspectFolder(path: string): Promise<Inspection> {
  const found = filesBelow(path);
  const { inspectModel } = await import('../../vision/inspect/model/model.ts');
  const model = inspectModel(path, found);
  if (model !== undefined) return model;
  if (areImages(found)) return inspectImages(path, found);
  const arrow = arrowFilesOf(path, found);
  if (arrow.length === 0) return inspectDirectory(found);
  const { inspectArrow } = await import('./arrow/arrow.ts');
  const paths = arrow.map((file) => ({ name: file.path, path: join(path, file.path) }));
  const quarantine = inspectQuarantine(path, found);
  return { ...inspectArrow(paths, inspectDirectory(found)), ...(quarantine && { quarantine }) };
}

async function inspectFile(path: string, name: string, size: number): Promise<Inspection> {
  const head = readFrom(path, 0, HEAD_BYTES);
  const format = pictureFormat(head);
  if (format !== undefined) return inspectImage(path, format, size);
  const numpy = inspectNumpy(head, size);
  if (numpy !== undefined) return numpy;
  if (looksLikeArrow(head)) {
    const { inspectArrow } = await import('./arrow/arrow.ts');
    return inspectArrow([{ name, path }]);
  }
  const text = decodeText(head);
  if (text === undefined) return { kind: 'binary', bytes: size };
  const extension = extensionOf(name);
  if (extension === 'csv' || extension === 'tsv') return inspectCsv(path, size);
  const mayBeJson = size <= LARGEST_JSON && (extension === 'json' || /^\s*[[{]/.test(text));
  const json = mayBeJson ? parseJson(path) : undefined;
  if (json !== undefined) return inspectJson(json.value, size);
  const found = await inspectText(path, size);
  return extension === 'json' && size <= LARGEST_JSON ? { ...found, invalid: 'JSON' } : found;
}
