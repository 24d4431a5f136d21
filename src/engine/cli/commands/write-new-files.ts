import { appendFileSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failure, type Problem, problem, type Result, success } from '../../../shared/problem.ts';

export interface NewFile {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly text: string;
  /** What to do where there is one already. A line is added unless it is in it. */
  readonly ifThere: 'refuse' | 'leave' | { readonly addLine: string };
}

/**
 * Writes files into a folder, which is made if need be: all of them, or none. Nothing that is there is overwritten.
 *
 * @param shown how messages call a path
 * @returns the paths of the files that were made or added to.
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
      advice: 'Nothing was written. Name a folder that can be written, with enough room.',
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTDIR: 'a folder on the way to it is a file',
  EISDIR: 'there is a folder of this name',
};

/** The last of several says what to do. */
function refused(file: string, isLast: boolean): Problem {
  const advice = 'Nothing was written. Name an empty folder, or move what is there away.';
  return { message: 'it is there already', at: { file }, ...(isLast && { advice }) };
}

/** Tells whether there was anything to write. */
function write(path: string, { text, ifThere }: NewFile, undo: (() => void)[]): boolean {
  if (!isThere(path)) {
    const made = mkdirSync(dirname(path), { recursive: true });
    if (made !== undefined) undo.push(() => rmSync(made, { recursive: true }));
    undo.push(() => rmSync(path, { force: true }));
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  }
  if (typeof ifThere === 'string') return false;
  const before = readFileSync(path, 'utf8');
  // «cache», «/cache» and «cache/» say the same.
  const bare = (line: string) => line.trim().replaceAll(/^\/|\/$/g, '');
  if (before.split('\n').some((line) => bare(line) === bare(ifThere.addLine))) return false;
  undo.push(() => writeFileSync(path, before));
  appendFileSync(path, `${before === '' || before.endsWith('\n') ? '' : '\n'}${ifThere.addLine}\n`);
  return true;
}

/** A link that leads nowhere is there too. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
