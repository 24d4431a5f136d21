import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Place } from '../../shared/problem.ts';

/** Returns the location of the topmost line of a stack that is in the project's own sources; nothing if none is. */
export function placeInStack(stack: string, root: string): Place | undefined {
  for (const line of stack.split('\n')) {
    const match = /^\s+at (?:.*\()?(.+?):(\d+):(\d+)\)?$/.exec(line);
    const [, location = '', row, column] = match ?? [];
    const file = location.startsWith('file:') ? fileURLToPath(location) : location;
    if (!isAbsolute(file) || file.split(sep).includes('node_modules') || !file.startsWith(root + sep)) continue;
    return { file: relative(root, file), line: Number(row), column: Number(column) };
  }
  return undefined;
}
