import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Place, Problem } from '../../shared/problem.ts';
import type { Paint } from '../../shared/text/style.ts';

export type Severity = 'error' | 'warning';

/** Problems as people read them: the place, what is wrong, the line with a squiggle, what to do next. */
export function describeProblems(
  problems: readonly Problem[],
  folders: readonly string[],
  paint: Paint,
  severity: Severity = 'error',
): string {
  const sources = new Sources(folders);
  return problems.map((problem) => describeProblem(problem, sources, paint, severity)).join('\n');
}

function describeProblem({ message, at, advice }: Problem, sources: Sources, paint: Paint, severity: Severity): string {
  const head = at === undefined ? message : `${paint('bold', placeText(at))}: ${message}`;
  const lines = [`${paint(severity === 'error' ? 'red' : 'yellow', severity)}: ${head}`];
  if (at !== undefined) lines.push(...sourceFrame(at, sources, paint));
  if (advice !== undefined) lines.push(`  ${paint('cyan', '→')} ${advice}`);
  return lines.join('\n');
}

/** `pipeline.yaml:12:5`, which editors and terminals open at a click. */
function placeText({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

/** The line that is meant and, where the column is known, a squiggle under what is wrong in it. */
function sourceFrame({ file, line, column, length = 1 }: Place, sources: Sources, paint: Paint): string[] {
  if (line === undefined) return [];
  // Whatever is in the file, it doesn't command the terminal.
  const text = sources.line(file, line)?.replaceAll(/[^\P{Cc}\t]/gu, '·');
  if (text === undefined || text.length > 400) return [];
  const label = `  ${line} | `;
  const source = paint('dim', label + text);
  if (column === undefined) return [source];
  const squiggle = `^${'~'.repeat(Math.max(0, Math.min(length, text.length - column + 1) - 1))}`;
  // Tabs stay tabs, so that the squiggle stands under what it means.
  const indent = text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ');
  return [source, `${' '.repeat(label.length - 2)}| ${indent}${paint('red', squiggle)}`];
}

/** The lines of the files that problems are in, each file read once. */
class Sources {
  readonly #folders: readonly string[];
  readonly #files = new Map<string, readonly string[] | undefined>();

  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  line(file: string, line: number): string | undefined {
    if (!this.#files.has(file)) this.#files.set(file, this.#read(file));
    return this.#files.get(file)?.[line - 1];
  }

  #read(file: string): readonly string[] | undefined {
    for (const folder of this.#folders) {
      try {
        return readFileSync(resolve(folder, file), 'utf8').split(/\r?\n/);
      } catch {
        // Perhaps it is relative to the next folder, or no file at all, like «--set a=1».
      }
    }
    return undefined;
  }
}
