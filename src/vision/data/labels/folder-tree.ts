import path from 'node:path';
import { counted, quoted } from '../../../shared/wording.ts';
import { type DatasetFiles, type Entry, entryFault } from './dataset-files.ts';
import type { Finding } from './findings.ts';
import { isImageName } from './image-names.ts';

/** The images of a folder tree. */
export interface FolderTree {
  /** For each folder that contains images their paths, sorted. */
  readonly folders: Map<string, readonly string[]>;
  readonly findings: Finding[];
  readonly notes: string[];
}

/**
 * Finds all images by their extensions. Hidden files are skipped; other files without an image extension are skipped and
 * noted. `except` is a path to ignore, `root` a folder to begin at.
 */
export async function readFolderTree(files: DatasetFiles, except: string | undefined, root = '.'): Promise<FolderTree> {
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
  await visit(root);
  if (skipped.length > 0) {
    const shown = skipped.slice(0, 3).map(quoted).join(', ');
    const more = skipped.length > 3 ? ', …' : '';
    tree.notes.push(`skipped ${counted(skipped.length, 'file')} without an image extension: ${shown}${more}`);
  }
  return tree;
}

function unusable(file: string, entry: Exclude<Entry, { kind: 'missing' }>, files: DatasetFiles): Finding {
  const fault = entry.kind === 'file' ? 'is empty' : entryFault(entry);
  const advice = 'Replace it with an image, or remove it.';
  return { kind: 'unusable images', message: `${quoted(file)} ${fault}`, at: { file: files.path(file) }, advice };
}

/** A link to a folder is refused: its images would occur twice, and a link to a parent folder would never end. */
function linkedFolder(folder: string, files: DatasetFiles): Finding {
  return {
    kind: 'links to folders',
    message: `${quoted(folder)} is a symbolic link to a folder of the data set`,
    at: { file: files.path(folder) },
    advice: 'Copy the images there, or remove the link.',
  };
}

function imageless(folder: string, files: DatasetFiles): Finding {
  const kind = 'images without a class';
  const at = { file: files.path(folder) };
  if (folder === '.') {
    const advice =
      'Put images into folders named after their classes: CLASS/*.jpg, or TASK/CLASS/*.jpg for several tasks.';
    return { kind, message: 'there are no images in the data set', at, advice };
  }
  const advice = 'Add images (.jpg, .png, …) to it, or remove it: a class without images cannot be trained.';
  return { kind, message: `there are no images in the folder ${quoted(folder)}`, at, advice };
}
