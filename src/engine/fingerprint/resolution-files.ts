import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * The files, there or not, by whose content or absence the imports of modules in `directories` mean what they mean:
 * tsconfig.json with all that it extends, and the package.json that says what kind of modules these are.
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

/** Where Node looks for a package, from the folder that imports it up to the one where it is. */
export function packageCandidates(name: string, from: string, isThere: (folder: string) => boolean): string[] {
  const candidates: string[] = [];
  for (const above of upwards(from)) {
    if (above.endsWith('node_modules')) continue;
    const folder = join(above, 'node_modules', name);
    candidates.push(join(folder, 'package.json'));
    if (isThere(folder)) break;
  }
  return candidates;
}

/** A folder and all above it, nearest first. */
function upwards(folder: string): string[] {
  const folders = [folder];
  for (let above = dirname(folder); above !== folders.at(-1); above = dirname(above)) folders.push(above);
  return folders;
}

function addTsconfig(path: string, found: Set<string>): void {
  if (found.has(path)) return;
  found.add(path);
  try {
    // It may have comments and trailing commas; «extends» is a string or a list of them.
    const [, list = ''] = /"extends"\s*:\s*("[^"]*"|\[[^\]]*\])/.exec(readFileSync(path, 'utf8')) ?? [];
    for (const [, extended = ''] of list.matchAll(/"([^"]*)"/g)) {
      if (!/^[./]/.test(extended)) continue;
      const target = resolve(dirname(path), extended);
      addTsconfig(target.endsWith('.json') ? target : `${target}.json`, found);
    }
  } catch {
    // That it isn't there, or can't be read, is what counts.
  }
}
