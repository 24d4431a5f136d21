import path from 'node:path';
import { groupBy } from '../../../shared/group-by.ts';
import { quoted } from '../../../shared/wording.ts';
import { isTaskName, type Split, taskOfLabelName } from '../tables/task.ts';
import type { DatasetFiles } from './dataset-files.ts';
import type { Finding } from './findings.ts';
import { readFolderTree } from './folder-tree.ts';
import { invalidTaskName, type Label, MAX_CLASSES } from './label-rows.ts';
import { findSplits, type ImageFolder } from './split-folders.ts';

/** The labels of a folder tree: `CLASS/*.jpg` for one task, or `TASK/CLASS/*.jpg` for several, also in a folder a split. */
export interface ClassFolders {
  readonly labels: readonly Label[];
  /** The class names of each task, by class index: its folders, sorted by code unit so that no locale changes the order. */
  readonly classNames: ReadonlyMap<string, readonly string[]>;
  /** The split of each image, if the top folders are splits. */
  readonly splits: ReadonlyMap<string, Split>;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/**
 * Returns the label of each image from the folder that it is in, as Keras' `image_dataset_from_directory` does. `task`
 * names the task of a tree whose top folders are classes or splits of classes; `except` is a folder to ignore.
 */
export async function readClassFolders(
  files: DatasetFiles,
  { task, except }: { readonly task: string; readonly except: string | undefined },
): Promise<ClassFolders> {
  const tree = await readFolderTree(files, except);
  const { found, prefix, findings, notes } = findSplits(tree.folders, files);
  const all = [...tree.findings, ...findings];
  const depth = usualDepth(found);
  const isUsual = ({ below }: ImageFolder) => depthOf(below) === depth;
  for (const folder of found) if (!isUsual(folder)) all.push(misplaced(folder, prefix, depth, files));
  const foldersOf = groupBy(found.filter(isUsual), ({ below }) => path.posix.dirname(below));
  const labels: Label[] = [];
  const classNames = new Map<string, readonly string[]>();
  const splits = new Map<string, Split>();
  for (const [key, folders] of foldersOf) {
    const names = [...new Set(folders.map(({ below }) => path.posix.basename(below)))].sort();
    const name = depth === 1 ? task : taskOfLabelName(key);
    const fault = taskFault(name, names, classNames);
    if (fault !== undefined) all.push({ ...fault, at: { file: files.path(prefix === '' ? key : '.') } });
    classNames.set(name, names);
    for (const { split, below, images } of folders) {
      const classIndex = names.indexOf(path.posix.basename(below));
      const label = `${'n'.repeat(classIndex)}y${'n'.repeat(names.length - 1 - classIndex)}`;
      for (const file of images) {
        labels.push({ file, task: name, label, classIndex });
        if (split !== undefined) splits.set(file, split);
      }
    }
  }
  return { labels, classNames, splits, findings: all, notes: [...tree.notes, ...notes] };
}

/** The number of folders above an image, without that of a split. */
type Depth = 1 | 2;
const LAYOUT = { 1: 'CLASS/IMAGE', 2: 'TASK/CLASS/IMAGE' } as const;

/** Returns the depth at which most images are, or undefined if none is at a valid depth. */
function usualDepth(folders: readonly ImageFolder[]): Depth | undefined {
  const counts = { 1: 0, 2: 0 };
  for (const { below, images } of folders) {
    const depth = depthOf(below);
    if (depth === 1 || depth === 2) counts[depth] += images.length;
  }
  if (counts[1] + counts[2] === 0) return undefined;
  return counts[1] >= counts[2] ? 1 : 2;
}

function depthOf(folder: string): number {
  return folder === '.' ? 0 : folder.split('/').length;
}

function misplaced(
  { images, split, below }: ImageFolder,
  prefix: string,
  usual: Depth | undefined,
  files: DatasetFiles,
): Finding {
  const [first = ''] = images;
  const others = images.length === 1 ? '' : ` and ${images.length - 1} more in its folder`;
  const why =
    usual === undefined
      ? 'images must be at CLASS/IMAGE or TASK/CLASS/IMAGE'
      : `most images are at ${prefix}${LAYOUT[usual]}`;
  const folder = path.posix.dirname(first);
  return {
    kind: 'images without a class',
    message: `cannot tell the class of ${quoted(first)}${others}: ${why}`,
    at: { file: files.path(first) },
    advice:
      split !== undefined && below === '.'
        ? `Move it into the folder of its class; or, if the images in it are to be predicted, set the param "questions" to ${quoted(folder)}.`
        : 'Move it into the folder of its class, or remove it.',
  };
}

function taskFault(
  name: string,
  classes: readonly string[],
  others: ReadonlyMap<string, unknown>,
): Omit<Finding, 'at'> | undefined {
  if (!isTaskName(name)) return invalidTaskName(name);
  const kind = 'invalid task names';
  if (others.has(name)) {
    return { kind, message: `more than one folder is for the task "${name}"`, advice: 'Merge these folders.' };
  }
  if (classes.length > MAX_CLASSES) {
    const message = `the task "${name}" has ${classes.length} classes; at most ${MAX_CLASSES} are supported`;
    return { kind, message, advice: 'Each folder is one class: check that each of these folders is.' };
  }
  const normalized = new Set(classes.map((className) => className.normalize('NFC')));
  if (normalized.size === classes.length) return undefined;
  const message = `two class folders of the task "${name}" differ only in Unicode normalization`;
  return { kind, message, advice: 'Move their images into one folder.' };
}
