import path from 'node:path';
import type { Problem } from '../problem.ts';

/** A path below the data set's root in its plainest form, with `/`; undefined if it leads elsewhere. */
export function pathInDataset(name: string): string | undefined {
  const plain = path.posix.normalize(name);
  return path.posix.isAbsolute(plain) || plain === '..' || plain.startsWith('../') ? undefined : plain;
}

export function leadsOutOfDataset(name: string): Problem {
  return {
    message: `«${name}» leads out of the data set`,
    advice: "Give the path from the data set's folder on, such as Images/1.jpg.",
  };
}
