import path from 'node:path';
import { counted, quoted } from '../../../shared/wording.ts';
import { type DatasetFiles, type Entry, entryFault } from './dataset-files.ts';
import type { Finding } from './findings.ts';
import { isImageName } from './image-names.ts';

/** The images of a tree of folders. */
export interface FolderTree {
  /** For each folder with images in it their paths, sorted. */
  readonly folders: Map<string, readonly string[]>;
  readonly findings: Finding[];
  readonly notes: string[];
}

/**
 * Finds all images by their names. Hidden files are skipped, others that are no images are skipped and noted. `except` is
 * a path that is left out.
 */
export async function readFolderTree(files: DatasetFiles, except: string | undefined): Promise<FolderTree> {
  const tree: FolderTree = { folders: new Map(), findings: [], notes: [] };
  const skipped: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    const listing = await files.list(folder);
    if (listing.kind !== 'listed') {
      if (listing.kind !== 'missing') tree.findings.push(unusable(folder, listing, files));
      return;
    }
    const visible = [...listing.names.keys()].filter((name) => !name.startsWith('.') && name !== '__MACOSX').sort();
    const paths = visible.map((name) => path.posix.join(folder, name)).filter((file) => file !== except);
    const entries = await files.entries(paths);
    const images: string[] = [];
    for (const [index, file] of paths.entries()) {
      const entry = entries[index] ?? { kind: 'missing' };
      const isLink = listing.names.get(path.posix.basename(file)) ?? false;
      if (entry.kind === 'folder' && isLink) tree.findings.push(linkedFolder(file, files));
      else if (entry.kind === 'folder') await visit(file);
      else if (entry.kind === 'file' && !isImageName(file)) skipped.push(file);
      else if (entry.kind === 'file' && entry.bytes > 0) images.push(file);
      else if (entry.kind !== 'missing') tree.findings.push(unusable(file, entry, files));
    }
    if (images.length > 0) tree.folders.set(folder, images);
    else if (entries.every(({ kind }) => kind === 'file')) tree.findings.push(imageless(folder, files));
  };
  await visit('.');
  if (skipped.length > 0) {
    const shown = skipped.slice(0, 3).map(quoted).join(', ');
    const more = skipped.length > 3 ? ', …' : '';
    tree.notes.push(`skipped ${counted(skipped.length, 'file')} without an image's extension: ${shown}${more}`);
  }
  return tree;
}

function unusable(file: string, entry: Exclude<Entry, { kind: 'missing' }>, files: DatasetFiles): Finding {
  const fault = entry.kind === 'file' ? 'is empty' : entryFault(entry);
  const advice = 'Put an image there, or take it out.';
  return { kind: 'images that are none', message: `${quoted(file)} ${fault}`, at: { file: files.path(file) }, advice };
}

/** Its images would be there twice, or without end. */
function linkedFolder(folder: string, files: DatasetFiles): Finding {
  return {
    kind: 'images of no class',
    message: `${quoted(folder)} is a link to another folder of the data set`,
    at: { file: files.path(folder) },
    advice: 'Put the images themselves there, or take the link out.',
  };
}

function imageless(folder: string, files: DatasetFiles): Finding {
  const kind = 'images of no class';
  const at = { file: files.path(folder) };
  if (folder === '.') {
    const advice =
      'Put images into folders named after their classes: CLASS/*.jpg, or TASK/CLASS/*.jpg for several tasks.';
    return { kind, message: 'there are no images in the data set', at, advice };
  }
  const advice = 'Put images (.jpg, .png, …) into it, or take it out: its class could not be learnt.';
  return { kind, message: `there are no images in the folder ${quoted(folder)}`, at, advice };
}
