import { readdir } from 'node:fs/promises';
import path from 'node:path';
import picomatch from 'picomatch';
import type { Problem } from '../../../shared/problem.ts';
import type { FromSchema } from '../../../shared/schema-type.ts';
import { quoted, reasonOf } from '../../../shared/wording.ts';
import { SPLITS, type Split } from '../tables/task.ts';
import { type DatasetFiles, entryFault } from './dataset-files.ts';
import { readFolderTree } from './folder-tree.ts';
import { pathInDataset } from './path-in-dataset.ts';
import { didYouMean } from './similar-names.ts';
import { LABEL_FILE } from './text-file.ts';

const ADVICE = LABEL_FILE.advice;

const pattern = { type: 'string' } as const;
const patterns = [pattern, { type: 'array', items: pattern, minItems: 1 }] as const;
const ofSplit = { description: 'The label files of this split.', anyOf: patterns } as const;

/** The schema of the param that names the label files. */
export const annotationsParam = {
  description:
    'Label file or list of label files, as paths or globs relative to the root of the data set. For each split: ' +
    '`{ train: train.csv, validation: val.csv, test: test.csv }`.',
  anyOf: [
    ...patterns,
    {
      description: 'Use a path, a list of paths, or { train: train.csv, validation: val.csv }.',
      type: 'object',
      properties: { train: ofSplit, validation: ofSplit, test: ofSplit },
      minProperties: 1,
      additionalProperties: false,
    },
  ],
  default: 'Annotations/label.csv',
} as const;

/** The label files of a data set, as paths or globs. */
export type Annotations = FromSchema<typeof annotationsParam>;

/** A label file, relative to the data set's root. */
export interface AnnotationFile {
  readonly file: string;
  /** The split of all that it labels, if it is given. */
  readonly split: Split | undefined;
}

/**
 * Returns the label files that match paths and globs relative to the data set's root, without duplicates and with the
 * matches of a glob sorted by name; and a problem for each path or glob that matches no readable file.
 */
export async function findAnnotationFiles(
  annotations: Annotations,
  files: DatasetFiles,
): Promise<{ readonly found: readonly AnnotationFile[]; readonly problems: readonly Problem[] }> {
  const found = new Map<string, Split | undefined>();
  const problems: Problem[] = [];
  for (const { split, pattern } of patternsOf(annotations)) {
    const matching = await filesMatching(pattern, files);
    if (!Array.isArray(matching)) {
      problems.push(matching);
      continue;
    }
    for (const file of matching) {
      if (found.has(file) && found.get(file) !== split) problems.push(inTwoSplits(file, files));
      found.set(file, split);
    }
  }
  return { found: Array.from(found, ([file, split]) => ({ file, split })), problems };
}

function patternsOf(
  annotations: Annotations,
): readonly { readonly split: Split | undefined; readonly pattern: string }[] {
  if (typeof annotations === 'string') return [{ split: undefined, pattern: annotations }];
  if (isList(annotations)) return annotations.map((pattern) => ({ split: undefined, pattern }));
  return SPLITS.flatMap((split) => [annotations[split] ?? []].flat().map((pattern) => ({ split, pattern })));
}

/** `Array.isArray` does not narrow the type of a list that cannot be changed. */
function isList(annotations: Annotations): annotations is Extract<Annotations, readonly string[]> {
  return Array.isArray(annotations);
}

function inTwoSplits(file: string, files: DatasetFiles): Problem {
  const message = 'the param "annotations" names this label file for two splits';
  return { message, at: { file: files.path(file) }, advice: 'Name it for one of them.' };
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
