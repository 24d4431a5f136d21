import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { namesIn } from '../../../shared/files.ts';
import { realPath } from '../../../shared/real-path.ts';
import type { Mount } from './mounts.ts';
import { asItIs } from './system.ts';

/**
 * Returns the mounts that show packages where Node looks for them, and no other package beside them.
 *
 * @param packages their folders, absolute.
 * @param importers the folders of other code that imports some of them. Absolute.
 */
export function packageMounts(packages: readonly string[], importers: readonly string[]): readonly Mount[] {
  const shown = new Set(packages);
  const libraries = new Set([...packages, ...importers].flatMap(librariesAbove));
  return [
    ...packages.map((path): Mount => ({ kind: 'read', from: path, at: path })),
    ...[...libraries].flatMap((library) => linksIn(library, shown)),
  ];
}

/** Returns the folders `node_modules` in which Node looks for what a package imports. */
function librariesAbove(folder: string): readonly string[] {
  const above: string[] = [];
  for (let at = folder; dirname(at) !== at; at = dirname(at))
    above.push(basename(at) === 'node_modules' ? at : join(at, 'node_modules'));
  return above;
}

/** Package managers that share a store link to its packages. */
function linksIn(library: string, shown: ReadonlySet<string>): readonly Mount[] {
  return namesIn(library)
    .flatMap((name) => (name.startsWith('@') ? namesIn(join(library, name)).map((inner) => join(name, inner)) : [name]))
    .map((name) => join(library, name))
    .filter((path) => isLink(path) && shown.has(realPath(path) ?? ''))
    .flatMap(asItIs);
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
