import { displayWidth } from '../../../shared/text/table.ts';

/** Widths in em of the widest common fonts, Verdana and DejaVu Sans, which stand in where Helvetica is not installed. */
const WIDEST = 1;
const CAPITAL = 0.79;
const LETTER = 0.64;
const NARROW = 0.46;

/** Returns a width that a text takes in any common font without serifs, in points. `size`: of the font, in points. */
export function textWidth(text: string, size: number): number {
  const lines = text.split('\n').map((line) => [...line].reduce((sum, character) => sum + widthOf(character), 0));
  return Math.ceil(Math.max(...lines) * size);
}

function widthOf(character: string): number {
  if (/[MWmw@%✓●]/.test(character)) return WIDEST;
  if (/[A-Z&<>=+~#_]/.test(character)) return CAPITAL;
  if (/[ijlftr.,:;'|!()[\]/\\ -]/.test(character)) return NARROW;
  // Ideographs take two columns of a terminal, and a whole em.
  return displayWidth(character) * (character.charCodeAt(0) < 128 ? LETTER : 0.6);
}
