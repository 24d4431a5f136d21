import path from 'node:path';
import { writeAtomically } from '../../../shared/atomic-write.ts';
import type { Place, Problem } from '../../../shared/problem.ts';

/** The kinds of findings, worded so that "312 more " can stand before them. */
export type FindingKind =
  | 'lines that are not UTF-8'
  | 'rows with a wrong number of fields'
  | 'rows that are not valid CSV'
  | 'paths outside the data set'
  | 'invalid paths'
  | 'labels with invalid characters'
  | 'labels without exactly one y'
  | 'labels of the wrong length'
  | 'labels of unknown classes'
  | 'labels that are not numbers'
  | 'invalid annotations'
  | 'invalid task names'
  | 'duplicate rows'
  | 'missing images or folders'
  | 'unusable images'
  | 'images without a class'
  | 'links to folders'
  | 'invalid splits'
  | 'images without a group'
  | 'groups in several splits'
  | 'questions for unknown tasks';

/** A problem in a data set, of which there may be thousands. */
export interface Finding extends Problem {
  readonly kind: FindingKind;
  readonly at: Place;
}

/** Kinds that are reported once per name, because every row with the name has the same problem. */
const MERGED_KINDS: ReadonlySet<FindingKind> = new Set([
  'invalid task names',
  'questions for unknown tasks',
  'labels of unknown classes',
]);

/** How many findings of each kind are shown. Nobody reads 80,000 lines. */
const MAX_SHOWN = 20;

/**
 * Returns the first 20 findings of each kind, sorted by place, and the number of the others. If there are others, all
 * findings are written to `problems.txt` in `folder`, one per line as `FILE:LINE:COLUMN: MESSAGE`, which editors can open.
 */
export function summarizeFindings(findings: readonly Finding[], folder: string): readonly Problem[] {
  const sorted = sortByPlace(findings);
  const counts = new Map<FindingKind, number>();
  const shown = mergeByName(sorted).filter(({ kind }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count <= MAX_SHOWN;
  });
  const problems: Problem[] = shown.map(({ kind: _kind, ...problem }) => problem);
  const truncated = [...counts].filter(([, count]) => count > MAX_SHOWN);
  if (truncated.length === 0) return problems;
  const file = path.join(folder, 'problems.txt');
  writeAtomically(file, sorted.map((finding) => `${lineOf(finding)}\n`).join(''));
  const more = truncated.map(([kind, count]) => `${count - MAX_SHOWN} more ${kind}`).join(', ');
  return [...problems, { message: `and ${more}`, advice: `All ${sorted.length} are listed in ${file}` }];
}

/** Merges findings about the same name into the first one, with the number of rows. */
function mergeByName(sorted: readonly Finding[]): readonly Finding[] {
  const rows = new Map<string, number>();
  const first = sorted.filter(({ kind, message }) => {
    const count = (rows.get(message) ?? 0) + 1;
    rows.set(message, count);
    return count === 1 || !MERGED_KINDS.has(kind);
  });
  return first.map((finding) => {
    const count = rows.get(finding.message) ?? 1;
    if (count === 1 || !MERGED_KINDS.has(finding.kind)) return finding;
    return { ...finding, message: `${finding.message} (in ${count} rows)` };
  });
}

/** Sorts by file, in the order in which the files first occur, then by line and column. */
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
