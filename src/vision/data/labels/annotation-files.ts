import { readdir } from 'node:fs/promises';
import path from 'node:path';
import picomatch from 'picomatch';
import type { Problem } from '../../../shared/problem.ts';
import { quoted, reasonOf } from '../../../shared/wording.ts';
import { type DatasetFiles, entryFault } from './dataset-files.ts';
import { readFolderTree } from './folder-tree.ts';
import { didYouMean } from './near-names.ts';
import { pathInDataset } from './path-in-dataset.ts';

const ADVICE =
  'Point the input «dataset» at the folder of the data set, or the param «annotations» at the label file in it.';

/**
 * The label files that are meant by paths and globs below the data set's root, each once and those of a glob by name; and
 * what is wrong with the other paths and globs.
 */
export async function findAnnotationFiles(
  patterns: readonly string[],
  files: DatasetFiles,
): Promise<{ readonly found: readonly string[]; readonly problems: readonly Problem[] }> {
  const found = new Set<string>();
  const problems: Problem[] = [];
  for (const pattern of patterns) {
    const meant = await filesMeantBy(pattern, files);
    if (Array.isArray(meant)) for (const file of meant) found.add(file);
    else problems.push(meant);
  }
  return { found: [...found], problems };
}

async function filesMeantBy(pattern: string, files: DatasetFiles): Promise<string[] | Problem> {
  const plain = pathInDataset(pattern);
  if (typeof plain !== 'string') return { message: `the param «annotations»: ${plain.message}`, advice: ADVICE };
  const entry = await files.entry(plain);
  if (entry.kind === 'file') return [plain];
  const at = { file: files.path(plain) };
  if (entry.kind !== 'missing') return { message: `the label file ${entryFault(entry)}`, at, advice: ADVICE };
  const { isGlob, base } = picomatch.scan(plain);
  if (!isGlob) {
    const message = 'cannot read the label file: there is no such file or folder';
    return { message, at, advice: (await didYouMean(plain, files)) ?? (await adviceOnFolders(files)) ?? ADVICE };
  }
  try {
    const matching = await filesLike(plain, base, files);
    return matching.length > 0
      ? matching
      : { message: 'no file of the data set is named like this', at, advice: ADVICE };
  } catch (error) {
    return {
      message: `cannot look for label files: ${reasonOf(error)}`,
      at: { file: files.path(base) },
      advice: ADVICE,
    };
  }
}

/** Throws the file system's error. */
async function filesLike(glob: string, base: string, files: DatasetFiles): Promise<string[]> {
  const start = files.path(base);
  const isLike = picomatch(glob);
  const entries = await readdir(start, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.posix.join(base, path.relative(start, entry.parentPath), entry.name))
    .filter((file) => isLike(file))
    .sort();
}

/** What may be meant by a data set with images in folders and no label file. */
async function adviceOnFolders(files: DatasetFiles): Promise<string | undefined> {
  const { folders } = await readFolderTree(files, undefined);
  const [example] = [...folders].flatMap(([folder, [image]]) => (folder === '.' ? [] : (image ?? [])));
  if (example === undefined) return undefined;
  return `${ADVICE} Or, if the folders are the classes, as in ${quoted(example)}, set the param «layout» to folders.`;
}
