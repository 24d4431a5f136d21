import path from 'node:path';
import { quoted } from '../../../shared/wording.ts';
import type { DatasetFiles } from './dataset-files.ts';
import { isImageName } from './image-names.ts';

/** In what a name can differ from another without anyone seeing it. */
const DIFFERENCES: readonly (readonly [string, (name: string) => string])[] = [
  ['the Unicode form of its letters', (name) => name.normalize('NFC')],
  ['upper and lower case', (name) => name.toLowerCase()],
  ['case and the Unicode form of its letters', (name) => name.normalize('NFC').toLowerCase()],
  ['spaces', (name) => name.replaceAll(/\s/g, '')],
  ['its extension', (name) => (isImageName(name) ? name.slice(0, name.lastIndexOf('.')) : name)],
  ['slashes that lean the other way', (name) => name.replaceAll('\\', '/')],
];

/** «Did you mean …?» for a path that is not there, if one is there that differs in what people overlook. */
export async function didYouMean(file: string, files: DatasetFiles): Promise<string | undefined> {
  const found = await nearPath(file.replaceAll('\\', '/'), files);
  if (found === undefined) return undefined;
  const difference = DIFFERENCES.find(([, form]) => form(found) === form(file))?.[0];
  return `Did you mean ${quoted(found)}?${difference === undefined ? '' : ` It differs in ${difference}.`}`;
}

async function nearPath(file: string, files: DatasetFiles): Promise<string | undefined> {
  const above = path.posix.dirname(file);
  const folder = above === '.' ? '.' : await nearPath(above, files);
  const listing = folder === undefined ? undefined : await files.list(folder);
  if (folder === undefined || listing?.kind !== 'listed') return undefined;
  const name = nearName(path.posix.basename(file), listing.names);
  return name === undefined ? undefined : path.posix.join(folder, name);
}

function nearName(name: string, listed: ReadonlyMap<string, boolean>): string | undefined {
  if (listed.has(name)) return name;
  const byForm = namesByForm.get(listed) ?? DIFFERENCES.map(([, form]) => indexBy(listed.keys(), form));
  namesByForm.set(listed, byForm);
  return DIFFERENCES.flatMap(([, form], index) => byForm[index]?.get(form(name)) ?? [])[0];
}

/** Thousands of names may be sought in the same folder. */
const namesByForm = new WeakMap<ReadonlyMap<string, boolean>, readonly ReadonlyMap<string, string>[]>();

function indexBy(names: Iterable<string>, form: (name: string) => string): ReadonlyMap<string, string> {
  return new Map(Array.from(names, (name) => [form(name), name]));
}
