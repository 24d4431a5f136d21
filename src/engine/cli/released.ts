import { resolve } from 'node:path';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { projectId, readRoots } from '../cache/local/roots.ts';

/** Returns the ids of the projects, and of the corrupted roots, that the arguments of `--release` name. */
export function findReleased(cache: string, names: readonly string[]): Result<ReadonlySet<string>> {
  const { roots, damaged } = readRoots(cache);
  const known = [
    ...roots.map((root) => ({ id: projectId(root), file: root.file })),
    ...damaged.map(({ id }) => ({ id, file: undefined })),
  ];
  const released = new Set<string>();
  const problems: Problem[] = [];
  for (const name of names) {
    const found = known.filter(
      ({ id, file }) => id === name || (isPrefix(name) && id.startsWith(name)) || file === resolve(name),
    );
    for (const { id } of found) released.add(id);
    if (found.length > 0) continue;
    problems.push({
      message: `no project "${name}" is recorded in the cache`,
      at: { file: '--release' },
      advice: 'The ids of all projects: pipeline cache ls',
    });
  }
  return problems.length > 0 ? failure(problems) : success(released);
}

/** A few digits could be the beginning of several ids by chance. */
function isPrefix(name: string): boolean {
  return /^[0-9a-f]{8,}$/.test(name);
}
