import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { namesIn } from '../../../shared/files.ts';
import { realPath } from '../../../shared/real-path.ts';
import type { StageCode } from '../../fingerprint/stage-code.ts';
import type { Mount } from './mounts.ts';
import { asItIs } from './system.ts';

/** Returns the mounts that show the packages of a stage, where Node looks for them, and no other package beside them. */
export function packageMounts({ folders }: Pick<StageCode, 'folders'>): readonly Mount[] {
  const reached = new Set(Object.values(folders).flat());
  const libraries = new Set([...reached].flatMap((folder) => librariesAbove(folder)));
  return [
    ...[...reached].map((path): Mount => ({ kind: 'read', from: path, at: path })),
    ...[...libraries].flatMap((library) => linksIn(library, reached)),
  ];
}

/** Returns the mounts that show the engine in the process of a stage: the folder of its main module, and of which kind it is. */
export function engineMounts(host: string): readonly Mount[] {
  const folder = dirname(host);
  return [{ kind: 'read', from: folder, at: folder }, ...asItIs(join(dirname(folder), 'package.json'))];
}

/** Returns the folders `node_modules` in which Node looks for what a package imports. */
function librariesAbove(folder: string): readonly string[] {
  const above: string[] = [];
  for (let at = folder; dirname(at) !== at; at = dirname(at))
    above.push(basename(at) === 'node_modules' ? at : join(at, 'node_modules'));
  return above;
}

/** Package managers that share a store link to its packages. */
function linksIn(library: string, reached: ReadonlySet<string>): readonly Mount[] {
  return namesIn(library)
    .flatMap((name) => (name.startsWith('@') ? namesIn(join(library, name)).map((inner) => join(name, inner)) : [name]))
    .map((name) => join(library, name))
    .filter((path) => isLink(path) && reached.has(realPath(path) ?? ''))
    .flatMap(asItIs);
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
