import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Place, Problem } from '../problem.ts';
import type { Paint } from './style.ts';

/** Problems as people read them: the place, what is wrong, the line with a squiggle, what to do next. */
export function describeProblems(problems: readonly Problem[], folders: readonly string[], paint: Paint): string {
  return problems.map((problem) => describeProblem(problem, folders, paint)).join('\n');
}

function describeProblem({ message, at, advice }: Problem, folders: readonly string[], paint: Paint): string {
  const head = at === undefined ? message : `${paint('bold', placeText(at))}: ${message}`;
  const lines = [`${paint('red', 'error')}: ${head}`];
  if (at !== undefined) lines.push(...sourceFrame(at, folders, paint));
  if (advice !== undefined) lines.push(`  ${paint('cyan', '→')} ${advice}`);
  return lines.join('\n');
}

/** `pipeline.yaml:12:5`, which editors and terminals open at a click. */
export function placeText({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

/** The line that is meant and, where the column is known, a squiggle under what is wrong in it. */
function sourceFrame({ file, line, column, length = 1 }: Place, folders: readonly string[], paint: Paint): string[] {
  if (line === undefined) return [];
  const text = readFirst(folders.map((folder) => resolve(folder, file)))?.split(/\r?\n/)[line - 1];
  if (text === undefined || text.length > 400) return [];
  const label = `  ${line} | `;
  const source = paint('dim', label + text);
  if (column === undefined) return [source];
  const squiggle = `^${'~'.repeat(Math.max(0, Math.min(length, text.length - column + 1) - 1))}`;
  // Tabs stay tabs, so that the squiggle stands under what it means.
  const indent = text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ');
  return [source, `${' '.repeat(label.length - 2)}| ${indent}${paint('red', squiggle)}`];
}

function readFirst(paths: readonly string[]): string | undefined {
  for (const path of paths) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // Perhaps it is relative to the next folder, or no file at all, like «--set a=1».
    }
  }
  return undefined;
}
