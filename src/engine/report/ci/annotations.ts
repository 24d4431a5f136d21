import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Place, Problem } from '../../../shared/problem.ts';
import { visible } from '../../../shared/text/visible.ts';
import type { Severity } from '../problems.ts';
import { escapeData, escapeProperty } from './groups.ts';

/** GitHub shows this many errors and this many warnings of a step, and drops the others without a word. */
const MOST_SHOWN = 10;
/** The characters of a message that are kept: an annotation stands beside a line of code. */
const LONGEST = 2000;

/** Where the files of problems are looked for. */
interface Folders {
  readonly folders: readonly string[];
  /** The clone that the job works on, absolute: GitHub names files relative to it. */
  readonly workspace: string;
}

/** Returns commands by which GitHub shows problems beside the lines of code that they are about. */
export function githubAnnotations(
  problems: readonly Problem[],
  severity: Severity,
  title: string,
  folders: Folders,
): string {
  const shown = problems.slice(0, problems.length > MOST_SHOWN ? MOST_SHOWN - 1 : MOST_SHOWN);
  const left = problems.length - shown.length;
  const more: Problem[] = left === 0 ? [] : [{ message: `${left} more; the log has all of them` }];
  return [...shown, ...more].map((problem) => annotation(problem, severity, title, folders)).join('');
}

function annotation({ message, at, advice }: Problem, severity: Severity, title: string, folders: Folders): string {
  const file = at && fileOf(at, folders);
  // Only a file can have annotations: other places, such as a command line, are a part of the message.
  const where = at === undefined || file !== undefined ? '' : `${at.file}: `;
  const text = [`${where}${message}`, ...(advice === undefined ? [] : [`→ ${advice}`])].join('\n');
  const properties = { ...(at && file !== undefined && placeProperties(at, file)), title };
  const written = Object.entries(properties).map(
    ([name, value]) => `${name}=${escapeProperty(visible(String(value)))}`,
  );
  return `::${severity} ${written.join(',')}::${escapeData(visible(text.slice(0, LONGEST)))}\n`;
}

function placeProperties({ line, column, length }: Place, file: string): Record<string, string | number> {
  return {
    file,
    ...(line !== undefined && { line }),
    ...(line !== undefined && column !== undefined && { col: column, endColumn: column + (length ?? 1) }),
  };
}

/** Returns the path of a file relative to the clone; undefined if it is none, such as `--set a=1`, or lies elsewhere. */
function fileOf({ file }: Place, { folders, workspace }: Folders): string | undefined {
  const path = folders.map((folder) => resolve(folder, file)).find((candidate) => existsSync(candidate));
  const inside = path && relative(workspace, path);
  return inside === undefined || inside === '' || inside.startsWith('..') ? undefined : inside;
}
