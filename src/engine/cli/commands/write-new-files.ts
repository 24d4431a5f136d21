import { appendFileSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../../../shared/files.ts';
import { failure, type Problem, problem, type Result, success } from '../../../shared/problem.ts';

export interface NewFile {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly content: string | Uint8Array;
  /** What to do if the file already exists. `addLine` appends a line that the file does not yet contain. */
  readonly ifThere: 'refuse' | 'leave' | { readonly addLine: string };
}

/**
 * Writes files into a folder, which is created if necessary: either all files or none. Never overwrites a file.
 *
 * @param shown returns the path that messages show.
 * @returns the paths of the files that were created or appended to.
 */
export function writeNewFiles(
  folder: string,
  files: readonly NewFile[],
  shown: (path: string) => string,
): Result<readonly string[]> {
  const undo: (() => void)[] = [];
  const written: string[] = [];
  try {
    const taken = files.filter(({ path, ifThere }) => ifThere === 'refuse' && isThere(join(folder, path)));
    if (taken.length > 0)
      return failure(taken.map(({ path }, index) => refused(shown(path), index === taken.length - 1)));
    for (const file of files) if (write(join(folder, file.path), file, undo)) written.push(file.path);
    return success(written);
  } catch (error) {
    const { code, path = folder } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    for (const step of undo.toReversed()) step();
    return problem(`cannot write: ${REASONS[code] ?? code}`, {
      at: { file: path },
      advice: 'Nothing was written. Choose a writable folder with enough disk space.',
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTDIR: 'a parent folder is a file',
  EISDIR: 'a folder of this name exists',
};

/** Only the last of several problems gives advice. */
function refused(file: string, isLast: boolean): Problem {
  const advice = 'Nothing was written. Choose an empty folder, or move the existing files away.';
  return { message: 'the file already exists', at: { file }, ...(isLast && { advice }) };
}

/** Writes a file, and returns whether there was anything to write. */
function write(path: string, { content, ifThere }: NewFile, undo: (() => void)[]): boolean {
  if (!isThere(path)) {
    const made = makeDirectory(dirname(path));
    if (made !== undefined) undo.push(() => rmSync(made, { recursive: true }));
    undo.push(() => rmSync(path, { force: true }));
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  }
  if (typeof ifThere === 'string') return false;
  const before = readFileSync(path, 'utf8');
  // `cache`, `/cache` and `cache/` are equivalent.
  const bare = (line: string) => line.trim().replaceAll(/^\/|\/$/g, '');
  if (before.split('\n').some((line) => bare(line) === bare(ifThere.addLine))) return false;
  undo.push(() => writeFileSync(path, before));
  appendFileSync(path, `${before === '' || before.endsWith('\n') ? '' : '\n'}${ifThere.addLine}\n`);
  return true;
}

/** A dangling symbolic link counts as existing. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
