import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { statsOf } from '../../../shared/paths-below.ts';
import type { Beat } from '../../fingerprint/beat.ts';
import type { Digest } from '../../fingerprint/digest.ts';
import { nowInNanoseconds } from '../../fingerprint/file-facts.ts';
import { FileTable, type FileTableParts } from '../../fingerprint/file-table.ts';
import { digestTree, hashFiles, treeOf } from '../../fingerprint/tree.ts';
import { sealOf, walk } from '../../fingerprint/walk.ts';
import { detach, moveIn, protect } from './move-in.ts';

/** Moves content into the cache. */
export interface StoreTask {
  readonly kind: 'store';
  /** Absolute. */
  readonly from: string;
  readonly to: string;
  readonly digest: Digest;
  /** The files of the content. */
  readonly table: FileTableParts;
  /** The file of the memory for the table at the new place. */
  readonly index?: string;
}

/** Nothing if another run has added the same content; `different` if the content has changed since it was digested. */
export type StoreAnswer = { readonly seal: string; readonly bytes: number } | 'present' | 'different';

export interface RemoveTask {
  readonly kind: 'remove';
  readonly path: string;
}

/** Makes all files read-only and moves them to their place. Throws errors of the file system. */
export function storeTree({ from, to, digest, table, index }: StoreTask, beat: Beat): StoreAnswer {
  const before = new FileTable(table);
  for (let file = 0; file < before.length; file++) {
    const path = before.pathAt(file);
    const absolute = path === '' ? from : `${from}/${path}`;
    detach(absolute);
    protect(absolute);
    beat(1, 0);
  }
  makeFolder(dirname(to));
  if (!moveIn(from, to, () => isContent(to, digest))) return 'present';
  const walked = walk(to, 'kept', nowInNanoseconds(), () => beat(0, 0));
  const unknown = walked.table.adoptLinked(walked.table.indices(), [before]);
  hashFiles(to, walked.table, unknown, () => beat(0, 0));
  const tree = treeOf(walked);
  if (tree.digest !== digest) {
    rmSync(to, { recursive: true, force: true });
    return 'different';
  }
  if (index !== undefined) walked.table.write(index);
  return { seal: sealOf(walked), bytes: tree.bytes };
}

/** Creates a folder of objects. Removes what is in its place: content behind a link counts as missing. */
function makeFolder(path: string): void {
  if (statsOf(path)?.isDirectory() === false) rmSync(path);
  mkdirSync(path, { recursive: true });
}

export function removeTree({ path }: RemoveTask): undefined {
  rmSync(path, { recursive: true, force: true });
}

function isContent(path: string, digest: Digest): boolean {
  const tree = digestTree(path, undefined, 'kept');
  return tree.ok && tree.value.odd === undefined && tree.value.digest === digest;
}
