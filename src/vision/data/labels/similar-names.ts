import path from 'node:path';
import { quoted } from '../../../shared/wording.ts';
import type { DatasetFiles } from './dataset-files.ts';
import { isImageName } from './image-names.ts';

/** Differences between two names that are easily overlooked, each with a function under which such names are equal. */
const DIFFERENCES: readonly (readonly [string, (name: string) => string])[] = [
  ['Unicode normalization', (name) => name.normalize('NFC')],
  ['letter case', (name) => name.toLowerCase()],
  ['letter case and Unicode normalization', (name) => name.normalize('NFC').toLowerCase()],
  ['spaces', (name) => name.replaceAll(/\s/g, '')],
  ['the extension', (name) => (isImageName(name) ? name.slice(0, name.lastIndexOf('.')) : name)],
  ['the direction of the slashes', (name) => name.replaceAll('\\', '/')],
];

/** Returns "Did you mean …?" for a missing path if a path exists that differs in nothing but the above. */
export async function didYouMean(file: string, files: DatasetFiles): Promise<string | undefined> {
  const found = await similarPath(file.replaceAll('\\', '/'), files);
  if (found === undefined) return undefined;
  const difference = DIFFERENCES.find(([, form]) => form(found) === form(file))?.[0];
  return `Did you mean ${quoted(found)}?${difference === undefined ? '' : ` It differs in ${difference}.`}`;
}

async function similarPath(file: string, files: DatasetFiles): Promise<string | undefined> {
  const above = path.posix.dirname(file);
  const folder = above === '.' ? '.' : await similarPath(above, files);
  const listing = folder === undefined ? undefined : await files.list(folder);
  if (folder === undefined || listing?.kind !== 'listed') return undefined;
  const name = similarName(path.posix.basename(file), listing.names);
  return name === undefined ? undefined : path.posix.join(folder, name);
}

function similarName(name: string, listed: ReadonlyMap<string, boolean>): string | undefined {
  if (listed.has(name)) return name;
  const byForm = namesByForm.get(listed) ?? DIFFERENCES.map(([, form]) => indexBy(listed.keys(), form));
  namesByForm.set(listed, byForm);
  return DIFFERENCES.flatMap(([, form], index) => byForm[index]?.get(form(name)) ?? [])[0];
}

/** Cached, because thousands of names may be looked up in the same folder. */
const namesByForm = new WeakMap<ReadonlyMap<string, boolean>, readonly ReadonlyMap<string, string>[]>();

function indexBy(names: Iterable<string>, form: (name: string) => string): ReadonlyMap<string, string> {
  return new Map(Array.from(names, (name) => [form(name), name]));
}
