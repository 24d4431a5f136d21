import path from 'node:path';

/** A path below the data set's root in its plainest form, with `/`; undefined if it leads elsewhere. */
export function pathInDataset(name: string): string | undefined {
  const plain = path.posix.normalize(name);
  return path.posix.isAbsolute(plain) || plain === '..' || plain.startsWith('../') ? undefined : plain;
}
