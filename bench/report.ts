import type { Row, Samples } from './benchmark.ts';
import { median, ratio, reaches } from './statistics.ts';

/** Formats rows as a table of medians, with the range from minimum to maximum in parentheses. */
export function describeRows(rows: readonly Row[]): string {
  const head = ['', 'case', 'ours', 'peer', 'theirs', 'ratio', 'goal'];
  const lines = rows.map((row) => [
    mark(row),
    row.case,
    spread(row.ours, row.unit),
    row.peer,
    spread(row.theirs, row.unit),
    ratio(row).toFixed(2),
    row.goal === undefined ? '' : `${row.better === 'higher' ? '≥' : '≤'} ${row.goal}`,
  ]);
  const missed = rows.filter((row) => reaches(row) === false).length;
  const goals = rows.filter((row) => row.goal !== undefined).length;
  return [...table([head, ...lines]), '', `${goals - missed} of ${goals} goals reached`].join('\n');
}

/** Formats rows as JSON, for the last line of stdout. */
export function toJson(bench: string, rows: readonly Row[]): string {
  return JSON.stringify({
    bench,
    rows: rows.map((row) => ({
      case: row.case,
      ours: round(median(row.ours)),
      peer: row.peer,
      theirs: round(median(row.theirs)),
      ratio: round(ratio(row)),
      goal: row.goal ?? null,
    })),
  });
}

/** Aligns cells in columns. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function mark(row: Row): string {
  switch (reaches(row)) {
    case true:
      return '✓';
    case false:
      return '✗';
    default:
      return '';
  }
}

function spread(samples: Samples, unit: string): string {
  const middle = `${format(median(samples))} ${unit}`;
  return samples.length < 2 ? middle : `${middle} (${format(Math.min(...samples))}–${format(Math.max(...samples))})`;
}

function format(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
