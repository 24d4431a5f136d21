import { basename, dirname, join, resolve } from 'node:path';
import { readText } from '../../shared/read-file.ts';

/**
 * Returns the configuration files whose content or absence determines how the imports of modules in `directories` are
 * resolved: each `tsconfig.json` with all that it extends, and each `package.json`, which sets the module type.
 */
export function configurationFiles(directories: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const directory of directories) {
    for (const above of upwards(directory)) {
      addTsconfig(join(above, 'tsconfig.json'), found);
      found.add(join(above, 'package.json'));
    }
  }
  return [...found];
}

/** Returns the name of the package of a specifier: `@scope/name` for `@scope/name/inner.js`. */
export function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Returns the paths at which Node looks for a package, from the importing folder up to the folder that has it. */
export function packageCandidates(name: string, from: string, isThere: (folder: string) => boolean): string[] {
  const candidates: string[] = [];
  for (const above of upwards(from)) {
    if (basename(above) === 'node_modules') continue;
    const folder = join(above, 'node_modules', name);
    candidates.push(join(folder, 'package.json'));
    if (isThere(folder)) break;
  }
  return candidates;
}

/** Returns a folder and all its ancestors, nearest first. */
export function upwards(folder: string): string[] {
  const folders = [folder];
  for (let above = dirname(folder); above !== folders.at(-1); above = dirname(above)) folders.push(above);
  return folders;
}

function addTsconfig(path: string, found: Set<string>): void {
  if (found.has(path)) return;
  found.add(path);
  // An absent or unreadable file counts as such.
  const text = readText(path, 'manifest', 'follow');
  if (!text.ok) return;
  // The file may have comments and trailing commas. `extends` is a string or a list of strings.
  const [, list = ''] = /"extends"\s*:\s*("[^"]*"|\[[^\]]*\])/.exec(text.value) ?? [];
  for (const [, extended = ''] of list.matchAll(/"([^"]*)"/g)) {
    if (!/^[./]/.test(extended)) continue;
    const target = resolve(dirname(path), extended);
    addTsconfig(target.endsWith('.json') ? target : `${target}.json`, found);
  }
}
