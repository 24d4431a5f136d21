import path from 'node:path';
import { listed } from '../../../shared/wording.ts';
import type { Split } from '../tables/task.ts';
import type { DatasetFiles } from './dataset-files.ts';
import type { Finding } from './findings.ts';
import { splitCalled } from './split-names.ts';

/** A folder of images, with its path below the folder of its split. */
export interface ImageFolder {
  readonly split: Split | undefined;
  readonly below: string;
  readonly images: readonly string[];
}

interface SplitFolders {
  readonly found: readonly ImageFolder[];
  /** What precedes the paths in messages: `SPLIT/` if the top folders are splits. */
  readonly prefix: '' | 'SPLIT/';
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/** Takes the top folders of a tree for splits if the names of all say so. */
export function findSplits(folders: ReadonlyMap<string, readonly string[]>, files: DatasetFiles): SplitFolders {
  const topOf = (folder: string) => folder.split('/')[0] ?? folder;
  const tops = [...new Set(Array.from(folders.keys(), topOf))].filter((top) => top !== '.');
  const splits = tops.map(splitCalled);
  const plain: SplitFolders = {
    found: Array.from(folders, ([below, images]) => ({ split: undefined, below, images })),
    prefix: '',
    findings: [],
    notes: [],
  };
  const isNested = [...folders.keys()].some((folder) => folder.includes('/'));
  const known = splits.filter((split) => split !== undefined);
  if (known.length < tops.length || tops.length === 0 || !isNested) {
    // Two of these names beside others: tasks or classes that are called so by chance are far less likely.
    const looks = isNested ? known.length > 1 : known.length === tops.length && tops.length > 0;
    return looks ? { ...plain, findings: [unclearSplits(tops, isNested, files)] } : plain;
  }
  const below = (folder: string) => path.posix.relative(topOf(folder), folder) || '.';
  const found = Array.from(folders, ([folder, images]) => ({
    split: splitCalled(topOf(folder)),
    below: below(folder),
    images,
  }));
  const findings = invalidSplits(tops, known, files);
  return { found, prefix: 'SPLIT/', findings, notes: [`the splits are those of the folders ${listed(tops)}`] };
}

function unclearSplits(tops: readonly string[], isNested: boolean, files: DatasetFiles): Finding {
  const names = tops.filter((top) => splitCalled(top) !== undefined);
  const others = tops.filter((top) => splitCalled(top) === undefined);
  return {
    kind: 'images without a class',
    message: `${listed(names)} look like the splits of a data set${isNested ? `, but ${listed(others.slice(0, 5))} not` : ', not like classes'}`,
    at: { file: files.path('.') },
    advice: isNested
      ? 'Move the other folders out of the data set, or rename the splits if they are tasks.'
      : 'Put the images of each split into folders named after their classes: train/CLASS/*.jpg.',
  };
}

function invalidSplits(tops: readonly string[], splits: readonly Split[], files: DatasetFiles): Finding[] {
  const kind = 'invalid splits';
  const at = { file: files.path('.') };
  if (new Set(splits).size < splits.length) {
    const message = `two of the folders ${listed(tops)} are the same split`;
    return [{ kind, message, at, advice: 'Move their images into one folder.' }];
  }
  if (splits.includes('train')) return [];
  const message = `the folders ${listed(tops)} are splits, but there is none for training`;
  return [{ kind, message, at, advice: 'Put the training images into a folder "train".' }];
}
