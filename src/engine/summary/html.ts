import { visible, visibleLine } from '../../shared/text/visible.ts';

// A summary is made of blocks of HTML, which every renderer of Markdown passes on without looking for Markdown in them.
// Text from outside stands in `code` and `pre` alone, where no mention, reference, emoji or link is looked for either.

/** A block of a summary. */
export interface Block {
  readonly begin: string;
  /** Whole lines, of which the last ones can be left out. */
  readonly rows: readonly string[];
  readonly end: string;
}

/** The rows of a table: a matrix may have thousands of stages. */
const MOST_ROWS = 200;
/** The characters of one text from outside that are shown. */
const LONGEST = 300;

/** Returns a text from outside on one line. */
export function code(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return `<code>${escapeHtml(visibleLine(shown))}</code>`;
}

/** Returns a block with a text from outside of several lines. */
export function preformatted(text: string, longest: number): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}\n…` : text;
  return `<pre>${escapeHtml(visible(shown))}</pre>`;
}

/** @param title HTML. */
export function heading(title: string): Block {
  return block(`<h4>${title}</h4>\n`);
}

/** @param begin whole lines of HTML. */
export function block(begin: string): Block {
  return { begin, rows: [], end: '' };
}

/** @param title HTML, as are the cells. */
export function table(title: string, columns: readonly string[], cells: readonly (readonly string[])[]): Block {
  const head = columns.map((column) => `<th align="left">${column}</th>`).join('');
  return {
    begin: `<h4>${title}</h4>\n\n<table>\n<tr>${head}</tr>\n`,
    rows: cells.slice(0, MOST_ROWS).map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>\n`),
    end: `</table>\n${cells.length > MOST_ROWS ? `\n${omitted(cells.length - MOST_ROWS)}` : ''}`,
  };
}

/** Puts blocks one after the other, as far as they fit: of the first one that does not, as many rows as do. */
export function assemble(blocks: readonly Block[], size: number, sizeOf: (text: string) => number): string {
  const reserve = sizeOf(omitted(Number.MAX_SAFE_INTEGER)) + sizeOf(CUT);
  let text = '';
  let used = 0;
  for (const { begin, rows, end } of blocks) {
    const room = size - reserve - used - sizeOf(begin + end) - 1;
    const fitting = rowsWithin(rows, room, sizeOf);
    if (room < 0 || (rows.length > 0 && fitting === 0)) return `${text}${CUT}`;
    const left = rows.length - fitting;
    const added = `${begin}${rows.slice(0, fitting).join('')}${end}${left > 0 ? `\n${omitted(left)}` : ''}\n`;
    text += added;
    used += sizeOf(added);
    if (left > 0) return `${text}${CUT}`;
  }
  return text;
}

const CUT = '<p>The rest does not fit here.</p>\n';

/** Says that there are more rows or blocks than are shown. */
export function omitted(number: number): string {
  return `<p>and ${number} more</p>\n`;
}

function rowsWithin(rows: readonly string[], room: number, sizeOf: (text: string) => number): number {
  let used = 0;
  const end = rows.findIndex((row) => {
    used += sizeOf(row);
    return used > room;
  });
  return end === -1 ? rows.length : end;
}

/** Also backticks, by which a reader of plain Markdown could take a text for a fence. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
