import { visible } from './text/visible.ts';

/** Formats a count with its noun: `1 row`, `312 rows`. */
export function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** Quotes a text from a file: `"text"`, shortened, on one line, with everything that would not be seen escaped. */
export function quoted(text: string): string {
  const shown = visible(shortened(text)).replaceAll('\n', '\\x0a').replaceAll('\t', '\\x09');
  return `"${shown}"`;
}

/** Replaces the middle of a text longer than 200 characters by an ellipsis. */
export function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 60)}…${text.slice(-59)}`;
}

/** Joins words into a list: `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly (string | number)[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Describes a thrown value, for a message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (isMissing(error)) return 'there is no such file or folder';
  switch (codeOf(error)) {
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
    case 'EPERM':
      return 'no permission to read it';
    default:
      return error.message;
  }
}

/** Returns whether an error of the file system means that a path does not exist. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
