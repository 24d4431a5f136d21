import { readdir } from 'node:fs/promises';
import path from 'node:path';
import picomatch from 'picomatch';
import type { Problem } from '../../../shared/problem.ts';
import { quoted, reasonOf } from '../../../shared/wording.ts';
import { type DatasetFiles, entryFault } from './dataset-files.ts';
import { readFolderTree } from './folder-tree.ts';
import { pathInDataset } from './path-in-dataset.ts';
import { didYouMean } from './similar-names.ts';

const ADVICE =
  'Set the input "dataset" to the folder of the data set, or the param "annotations" to the label file in it.';

/**
 * Returns the label files that match paths and globs relative to the data set's root, without duplicates and with the
 * matches of a glob sorted by name; and a problem for each path or glob that matches no readable file.
 */
export async function findAnnotationFiles(
  patterns: readonly string[],
  files: DatasetFiles,
): Promise<{ readonly found: readonly string[]; readonly problems: readonly Problem[] }> {
  const found = new Set<string>();
  const problems: Problem[] = [];
  for (const pattern of patterns) {
    const matching = await filesMatching(pattern, files);
    if (Array.isArray(matching)) for (const file of matching) found.add(file);
    else problems.push(matching);
  }
  return { found: [...found], problems };
}

async function filesMatching(pattern: string, files: DatasetFiles): Promise<string[] | Problem> {
  const plain = pathInDataset(pattern);
  if (typeof plain !== 'string') return { message: `param "annotations": ${plain.message}`, advice: ADVICE };
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
    const matching = await globFiles(plain, base, files);
    return matching.length > 0
      ? matching
      : { message: 'no file in the data set matches this pattern', at, advice: ADVICE };
  } catch (error) {
    return {
      message: `cannot search for label files: ${reasonOf(error)}`,
      at: { file: files.path(base) },
      advice: ADVICE,
    };
  }
}

/** Returns the files below `base` that match a glob. Throws the file system's error. */
async function globFiles(glob: string, base: string, files: DatasetFiles): Promise<string[]> {
  const start = files.path(base);
  const isMatch = picomatch(glob);
  const entries = await readdir(start, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.posix.join(base, path.relative(start, entry.parentPath), entry.name))
    .filter((file) => isMatch(file))
    .sort();
}

/** Returns advice for a data set without a label file whose folders hold images: its folders may be the classes. */
async function adviceOnFolders(files: DatasetFiles): Promise<string | undefined> {
  const { folders } = await readFolderTree(files, undefined);
  const [example] = [...folders].flatMap(([folder, [image]]) => (folder === '.' ? [] : (image ?? [])));
  if (example === undefined) return undefined;
  return `${ADVICE} Or, if the folders are the classes, as in ${quoted(example)}, set the param "layout" to "folders".`;
}
