import { resolve } from 'node:path';
import type { Place, Problem } from '../../shared/problem.ts';
import { readText } from '../../shared/read-file.ts';
import type { Paint } from '../../shared/text/style.ts';
import { joinLines } from '../../shared/text/visible.ts';

export type Severity = 'error' | 'warning';

/** Describes problems: the place, what is wrong, the source line with a squiggle, and what to do next. */
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
  const head = at === undefined ? indented(message) : `${paint('bold', placeText(at))}: ${indented(message)}`;
  const lines = [`${paint(severity === 'error' ? 'red' : 'yellow', severity)}: ${head}`];
  if (at !== undefined) lines.push(...sourceFrame(at, sources, paint));
  if (advice !== undefined) lines.push(`  ${paint('cyan', '→')} ${advice}`);
  return lines.join('\n');
}

/** Indents the further lines of a message, so that none of them can be taken for a line of ours. */
function indented(message: string): string {
  return message.replaceAll(/\r?\n/g, '\n  ');
}

/** Returns `pipeline.yaml:12:5`, which editors and terminals turn into a link. */
function placeText({ file, line, column }: Place): string {
  return joinLines([file, line, column].filter((part) => part !== undefined).join(':'));
}

/** Returns the source line and, if the column is known, a squiggle under the error. */
function sourceFrame({ file, line, column, length = 1 }: Place, sources: Sources, paint: Paint): string[] {
  if (line === undefined) return [];
  // One character each for what would not be seen, so that the squiggle is aligned.
  const text = sources.line(file, line)?.replaceAll(/[^\P{Cc}\t]|\p{Default_Ignorable_Code_Point}/gu, '·');
  if (text === undefined || text.length > 400) return [];
  const label = `  ${line} | `;
  const source = paint('dim', label + text);
  if (column === undefined) return [source];
  const squiggle = `^${'~'.repeat(Math.max(0, Math.min(length, text.length - column + 1) - 1))}`;
  // Tabs are kept, so that the squiggle is aligned with the source line.
  const indent = text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ');
  return [source, `${' '.repeat(label.length - 2)}| ${indent}${paint('red', squiggle)}`];
}

/** The lines of the files that have problems. Each file is read once. */
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
      // The path may be relative to the next folder, or not be a file at all, such as `--set a=1`.
      const text = readText(resolve(folder, file), 'labelFile', 'follow');
      // A file without lines, whose problems count rows: it has zero bytes, which no text has.
      if (text.ok) return text.value.includes('\0') ? undefined : text.value.split(/\r?\n/);
    }
    return undefined;
  }
}
