import path from 'node:path';
import { listed, quoted } from '../../../shared/wording.ts';
import { isTaskName, taskOfLabelName } from '../tables/task.ts';
import type { DatasetFiles } from './dataset-files.ts';
import type { Finding } from './findings.ts';
import { readFolderTree } from './folder-tree.ts';
import { type Label, MOST_CLASSES, noTaskName } from './label-rows.ts';

/** What a tree of folders says: `CLASS/*.jpg` for one task, or `TASK/CLASS/*.jpg`. */
export interface ClassFolders {
  readonly labels: readonly Label[];
  /** For each task the names of its folders, by class index: sorted by code unit, which no locale changes. */
  readonly classNames: ReadonlyMap<string, readonly string[]>;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/** Folders of these names hold the splits of a data set, not its tasks or classes. */
const SPLIT_NAME = /^(train|training|val|valid|validation|dev|test|testing)$/i;

/**
 * Reads the labels of images from the folders that they are in. `task` names the task of a tree whose folders are classes;
 * `except` is a folder that holds none.
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

/** How many folders deep images lie. */
type Depth = 1 | 2;
const FORMS = { 1: 'CLASS/IMAGE', 2: 'TASK/CLASS/IMAGE' } as const;

/** How deep most of the images lie, if any lie as they should. */
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
  const others = images.length === 1 ? '' : ` and ${images.length - 1} more beside it`;
  const why =
    usual === undefined
      ? 'they lie neither as CLASS/IMAGE nor as TASK/CLASS/IMAGE'
      : `most images lie as ${FORMS[usual]}`;
  return {
    kind: 'images of no class',
    message: `${quoted(first)}${others}: ${why}, so it is not clear what class this is`,
    at: { file: files.path(first) },
    advice: 'Move it to where it belongs, or take it out.',
  };
}

function taskFault(
  name: string,
  classes: readonly string[],
  others: ReadonlyMap<string, unknown>,
): Omit<Finding, 'at'> | undefined {
  if (!isTaskName(name)) return noTaskName(name);
  const kind = 'names that no task can have';
  if (others.has(name)) {
    return { kind, message: `there is another folder for the task ${name}`, advice: 'Put both into one.' };
  }
  if (classes.length > MOST_CLASSES) {
    const message = `the task ${name} has ${classes.length} classes, more than ${MOST_CLASSES}`;
    return { kind, message, advice: 'Each folder is a class; is each of these one?' };
  }
  const forms = new Set(classes.map((className) => className.normalize('NFC')));
  if (forms.size === classes.length) return undefined;
  const message = `two folders of the task ${name} differ only in the Unicode form of their letters`;
  return { kind, message, advice: 'Put their images into one folder.' };
}

function splitsOnTop(names: readonly string[], depth: Depth | undefined, files: DatasetFiles): Finding {
  return {
    kind: 'images of no class',
    message: `${listed(names)} look like splits of a data set, not like ${depth === 2 ? 'tasks' : 'classes'}`,
    at: { file: files.path('.') },
    advice: 'Put the images of each class into one folder: ingest splits them itself (param «validation_fraction»).',
  };
}
