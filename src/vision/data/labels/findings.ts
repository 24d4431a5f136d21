import path from 'node:path';
import { writeAtomically } from '../../../shared/atomic-write.ts';
import type { Place, Problem } from '../../../shared/problem.ts';

/** What there can be many of in a data set, as it is called when more of them are counted. */
export type FindingKind =
  | 'lines in another encoding'
  | 'rows with a wrong number of fields'
  | 'rows that are no CSV'
  | 'paths out of the data set'
  | 'paths that are none'
  | 'labels with other characters'
  | 'labels without one y'
  | 'labels of a wrong length'
  | 'names that no task can have'
  | 'rows that repeat another'
  | 'images or folders that are not there'
  | 'images that are none'
  | 'images of no class'
  | 'questions for unknown tasks';

/** A problem of which a data set may have thousands. */
export interface Finding extends Problem {
  readonly kind: FindingKind;
  readonly at: Place;
}

const ABOUT_NAMES: ReadonlySet<FindingKind> = new Set(['names that no task can have', 'questions for unknown tasks']);

/** How many of each kind are told. Nobody reads 80,000 lines. */
const TOLD = 20;

/**
 * The problems by place: the first of each kind, and how many more there are. Those that are left out stand in a file
 * in `folder` with all others, one a line, as compilers write them and editors follow them.
 */
export function tellFindings(findings: readonly Finding[], folder: string): readonly Problem[] {
  const sorted = sortByPlace(findings);
  const counts = new Map<FindingKind, number>();
  const told = mergeAlike(sorted).filter(({ kind }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count <= TOLD;
  });
  const problems: Problem[] = told.map(({ kind: _kind, ...problem }) => problem);
  const left = [...counts].filter(([, count]) => count > TOLD);
  if (left.length === 0) return problems;
  const file = path.join(folder, 'problems.txt');
  writeAtomically(file, sorted.map((finding) => `${lineOf(finding)}\n`).join(''));
  const more = left.map(([kind, count]) => `${count - TOLD} more ${kind}`).join(', ');
  return [...problems, { message: `and ${more}`, advice: `All ${sorted.length} are listed in ${file}` }];
}

/** What is wrong with a name is told once, where it first stands. */
function mergeAlike(sorted: readonly Finding[]): readonly Finding[] {
  const rows = new Map<string, number>();
  const told = sorted.filter(({ kind, message }) => {
    const count = (rows.get(message) ?? 0) + 1;
    rows.set(message, count);
    return count === 1 || !ABOUT_NAMES.has(kind);
  });
  return told.map((finding) => {
    const count = rows.get(finding.message) ?? 1;
    if (count === 1 || !ABOUT_NAMES.has(finding.kind)) return finding;
    return { ...finding, message: `${finding.message} (in ${count} rows)` };
  });
}

/** File by file in the order in which they come, each from its first line to its last. */
function sortByPlace(findings: readonly Finding[]): readonly Finding[] {
  const files = new Map<string, number>();
  for (const { at } of findings) if (!files.has(at.file)) files.set(at.file, files.size);
  const rank = ({ file }: Place) => files.get(file) ?? 0;
  return findings.toSorted(
    ({ at: a }, { at: b }) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

function lineOf({ at: { file, line, column }, message, advice }: Finding): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place}: ${message}${advice === undefined ? '' : ` → ${advice}`}`;
}
