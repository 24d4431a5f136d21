import { realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * Returns what help says of the documentation: the pages that are installed with the command describe this very version.
 *
 * @param command the path by which the command was started, as in `process.argv`: `dist/cli.cjs`, or a link to it.
 */
export function documentationNote(command: string): string {
  const page = join(dirname(realpathSync(command)), '..', 'docs', 'README.md');
  const near = relative(process.cwd(), page);
  return `Documentation: ${near.startsWith('..') ? page : near}`;
}
