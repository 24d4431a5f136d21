import path from 'node:path';
import { listed, quoted } from '../../../shared/wording.ts';
import { isTaskName, taskOfLabelName } from '../tables/task.ts';
import type { DatasetFiles } from './dataset-files.ts';
import type { Finding } from './findings.ts';
import { readFolderTree } from './folder-tree.ts';
import { invalidTaskName, type Label, MAX_CLASSES } from './label-rows.ts';

/** The labels of a folder tree: `CLASS/*.jpg` for one task, or `TASK/CLASS/*.jpg` for several. */
export interface ClassFolders {
  readonly labels: readonly Label[];
  /** The class names of each task, by class index: its folders, sorted by code unit so that no locale changes the order. */
  readonly classNames: ReadonlyMap<string, readonly string[]>;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/** Folders with these names hold the splits of a data set, not its tasks or classes. */
const SPLIT_NAME = /^(train|training|val|valid|validation|dev|test|testing)$/i;

/**
 * Returns the label of each image from the folder that it is in, as Keras' `image_dataset_from_directory` does. `task`
 * names the task of a tree whose top folders are classes; `except` is a folder to ignore.
 */
export async function readClassFolders(
  files: DatasetFiles,
  { task, except }: { readonly task: string; readonly except: string | undefined },
): Promise<ClassFolders> {
  const { folders, findings, notes } = await readFolderTree(files, except);
  const depth = usualDepth(folders);
  const classesOf = new Map<string, string[]>();
  for (const [folder, images] of folders) {
    if (depthOf(folder) !== depth) {
      findings.push(misplaced(images, depth, files));
      continue;
    }
    const key = path.posix.dirname(folder);
    classesOf.set(key, [...(classesOf.get(key) ?? []), path.posix.basename(folder)]);
  }
  const labels: Label[] = [];
  const classNames = new Map<string, readonly string[]>();
  for (const [folder, unsorted] of classesOf) {
    const names = unsorted.sort();
    const name = depth === 1 ? task : taskOfLabelName(folder);
    const fault = taskFault(name, names, classNames);
    if (fault !== undefined) findings.push({ ...fault, at: { file: files.path(folder) } });
    classNames.set(name, names);
    for (const [classIndex, className] of names.entries()) {
      const label = `${'n'.repeat(classIndex)}y${'n'.repeat(names.length - 1 - classIndex)}`;
      const images = folders.get(path.posix.join(folder, className)) ?? [];
      for (const file of images) labels.push({ file, task: name, label, classIndex });
    }
  }
  const top = depth === 2 ? [...classesOf.keys()] : (classNames.get(task) ?? []);
  if (top.length > 0 && top.every((name) => SPLIT_NAME.test(name))) findings.push(splitsOnTop(top, depth, files));
  return { labels, classNames, findings, notes };
}

/** The number of folders above an image. */
type Depth = 1 | 2;
const LAYOUT = { 1: 'CLASS/IMAGE', 2: 'TASK/CLASS/IMAGE' } as const;

/** Returns the depth at which most images are, or undefined if none is at a valid depth. */
function usualDepth(folders: ReadonlyMap<string, readonly string[]>): Depth | undefined {
  const counts = { 1: 0, 2: 0 };
  for (const [folder, images] of folders) {
    const depth = depthOf(folder);
    if (depth === 1 || depth === 2) counts[depth] += images.length;
  }
  if (counts[1] + counts[2] === 0) return undefined;
  return counts[1] >= counts[2] ? 1 : 2;
}

function depthOf(folder: string): number {
  return folder === '.' ? 0 : folder.split('/').length;
}

function misplaced(images: readonly string[], usual: Depth | undefined, files: DatasetFiles): Finding {
  const [first = ''] = images;
  const others = images.length === 1 ? '' : ` and ${images.length - 1} more in its folder`;
  const why =
    usual === undefined ? 'images must be at CLASS/IMAGE or TASK/CLASS/IMAGE' : `most images are at ${LAYOUT[usual]}`;
  return {
    kind: 'images without a class',
    message: `cannot tell the class of ${quoted(first)}${others}: ${why}`,
    at: { file: files.path(first) },
    advice: 'Move it into the folder of its class, or remove it.',
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

function splitsOnTop(names: readonly string[], depth: Depth | undefined, files: DatasetFiles): Finding {
  return {
    kind: 'images without a class',
    message: `${listed(names)} look like the splits of a data set, not like ${depth === 2 ? 'tasks' : 'classes'}`,
    at: { file: files.path('.') },
    advice: 'Put all images of a class into one folder: the stage splits them itself (param "validation_fraction").',
  };
}
