import stringWidth from 'string-width';
import { joinLines, visibleLine } from './visible.ts';

const GAP = '  ';
/** The minimum width of a column, for a date or a number. If columns do not fit, the last ones are omitted. */
const NARROWEST = 12;

export interface Table {
  readonly lines: readonly string[];
  /** The number of columns that fit. */
  readonly shown: number;
}

/** Returns the width of a text in terminal columns. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** Returns a text on one line, with what would not be seen in a visible form. */
export function oneLine(text: string): string {
  return visibleLine(text);
}

/** Cuts a text to `width` terminal columns, with an ellipsis at the end. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return `${take(graphemes(text), width - 1)}…`;
}

/** Cuts a text to `width` terminal columns, with an ellipsis in the middle: for paths, whose ends matter most. */
export function cutMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const parts = graphemes(text);
  const tail = take(parts.toReversed(), Math.floor((width - 1) / 2), true);
  return `${take(parts, width - 1 - displayWidth(tail))}…${tail}`;
}

/** Pads a text to `width` terminal columns. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return side === 'right' ? text + space : space + text;
}

/**
 * Aligns rows in columns, at most `width` terminal columns wide: long cells are cut in the middle, and if that does not
 * suffice, the last columns are omitted. Columns of numbers are right-aligned.
 *
 * @param names how many of the first columns have names, which may consist of digits.
 */
export function table(cells: readonly (readonly string[])[], width: number, indent = '  ', names = 0): Table {
  const rows = cells.map((row) => row.map(joinLines));
  const room = width - displayWidth(indent);
  const natural = naturalWidths(rows).map((wide) => Math.min(wide, room));
  let shown = natural.length;
  while (shown > 1 && total(natural.slice(0, shown).map((wide) => Math.min(wide, NARROWEST))) > room) shown -= 1;
  const widths = narrow(natural.slice(0, shown), room);
  const right = widths.map((_wide, index) => index >= names && isNumeric(rows.slice(1).map((row) => row[index] ?? '')));
  const lines = rows.map((row) => {
    const cells = widths.map((wide, index) =>
      pad(cutMiddle(row[index] ?? '', wide), wide, right[index] ? 'left' : 'right'),
    );
    return `${indent}${cells.join(GAP)}`.trimEnd();
  });
  return { lines, shown };
}

function naturalWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell));
  return widths;
}

/** Shrinks the widest columns until all fit. */
function narrow(natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  while (total(widths) > room) {
    const widest = Math.max(...widths);
    if (widest <= 1) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, wide) => sum + wide, 0) + GAP.length * Math.max(0, widths.length - 1);
}

function isNumeric(cells: readonly string[]): boolean {
  return cells.some((cell) => cell !== '') && cells.every((cell) => /^(-?[\d,]+(\.\d+)?(e[-+]?\d+)?)?$/.test(cell));
}

function graphemes(text: string): string[] {
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
}

/** Returns a line with the names of the columns that a table omits; no line if it shows all. */
export function leftOut(names: readonly string[], { shown }: Table, width: number): string[] {
  return shown >= names.length ? [] : [cut(`  and ${names.slice(shown).map(oneLine).join(', ')}`, width)];
}

/** Joins as many of `parts` as fit into `width` columns; `reversed`: `parts` are in reverse order. */
function take(parts: readonly string[], width: number, reversed = false): string {
  let taken = '';
  let used = 0;
  for (const part of parts) {
    used += displayWidth(part);
    if (used > width) break;
    taken = reversed ? part + taken : taken + part;
  }
  return taken;
}
