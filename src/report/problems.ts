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
  const frame = at === undefined ? undefined : sourceFrame(at, folders);
  const lines = [`${paint('red', 'error')}: ${head}`];
  if (frame !== undefined) lines.push(paint('dim', frame.line), frame.gutter + paint('red', frame.squiggle));
  if (advice !== undefined) lines.push(`  ${paint('cyan', '→')} ${advice}`);
  return lines.join('\n');
}

/** `pipeline.yaml:12:5`, which editors and terminals open at a click. */
export function placeText({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

function sourceFrame(
  { file, line, column = 1, length = 1 }: Place,
  folders: readonly string[],
): { line: string; gutter: string; squiggle: string } | undefined {
  if (line === undefined) return undefined;
  const text = readFirst(folders.map((folder) => resolve(folder, file)))?.split(/\r?\n/)[line - 1];
  if (text === undefined || text.length > 400) return undefined;
  const label = `  ${line} | `;
  const squiggle = `^${'~'.repeat(Math.max(0, Math.min(length, text.length - column + 1) - 1))}`;
  // Tabs stay tabs, so that the squiggle stands under what it means.
  const indent = text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ');
  return { line: label + text, gutter: `${' '.repeat(label.length - 2)}| ${indent}`, squiggle };
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
