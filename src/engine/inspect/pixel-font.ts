/** The size of a character in pixels. */
export const GLYPH = { width: 6, height: 13 } as const;

/** One byte per row of pixels, 13 rows per character, from space to tilde: `6x13` of the X Window System, public domain. */
const ROWS = [
  'AAAAAAAAAAAAAAAAAAAACAgICAgICAAIAAAAABQUFAAAAAAAAAAAAAAAFBQ+FD4UFAAAAAAACB4oKBwKCjwIAAAAABIqFAQIEBQqJAAA',
  'AAAAECgoECgmJBoAAAAACAgIAAAAAAAAAAAABAgIEBAQEBAICAQAABAICAQEBAQECAgQAAAACCocKggAAAAAAAAAAAAACAg+CAgAAAAA',
  'AAAAAAAAAAAADAgQAAAAAAAAAD4AAAAAAAAAAAAAAAAAAAAIHAgAAAACAgQECBAQICAAAAAACBQiIiIiIhQIAAAAAAgYKAgICAgIPgAA',
  'AAAcIiICBAgQID4AAAAAPgIECBwCAiIcAAAAAAQEDBQUJD4EBAAAAAA+ICAsMgICIhwAAAAAHCIgIDwiIiIcAAAAAD4CBAQICBAQEAAA',
  'AAAcIiIiHCIiIhwAAAAAHCIiIh4CAiIcAAAAAAAACBwIAAAIHAgAAAAAAAgcCAAADAgQAAAAAgQIECAQCAQCAAAAAAAAAD4AAD4AAAAA',
  'AAAgEAgEAgQIECAAAAAAHCIiAgQICAAIAAAAABwiIiYqKiwgHgAAAAAIFCIiIj4iIiIAAAAAPBISEhwSEhI8AAAAABwiICAgICAiHAAA',
  'AAA8EhISEhISEjwAAAAAPiAgIDwgICA+AAAAAD4gICA8ICAgIAAAAAAcIiAgICYiIhwAAAAAIiIiIj4iIiIiAAAAABwICAgICAgIHAAA',
  'AAAOBAQEBAQEJBgAAAAAIiIkKDAoJCIiAAAAACAgICAgICAgPgAAAAAiIjYqKiIiIiIAAAAAIjIyKiomJiIiAAAAABwiIiIiIiIiHAAA',
  'AAA8IiIiPCAgICAAAAAAHCIiIiIiIiocAgAAADwiIiI8KCQiIgAAAAAcIiAgHAICIhwAAAAAPggICAgICAgIAAAAACIiIiIiIiIiHAAA',
  'AAAiIiIiFBQUCAgAAAAAIiIiIioqKioUAAAAACIiFBQIFBQiIgAAAAAiIhQUCAgICAgAAAAAPgIEBAgQECA+AAAAHBAQEBAQEBAQEBwA',
  'AAAgIBAQCAQEAgIAAAAcBAQEBAQEBAQEHAAAAAgUIgAAAAAAAAAAAAAAAAAAAAAAAAA+AAAIBAAAAAAAAAAAAAAAAAAAABwCHiImGgAA',
  'AAAgICA8IiIiIjwAAAAAAAAAHCIgICIcAAAAAAICAh4iIiIiHgAAAAAAAAAcIj4gIhwAAAAADBIQEDwQEBAQAAAAAAAAABwiIiIeAiIc',
  'AAAgICAsMiIiIiIAAAAAAAgAGAgICAgcAAAAAAAEAAwEBAQEJCQYAAAgICAkKDAoJCIAAAAAGAgICAgICAgcAAAAAAAAADQqKioqIgAA',
  'AAAAAAAsMiIiIiIAAAAAAAAAHCIiIiIcAAAAAAAAADwiIiI8ICAgAAAAAAAeIiIiHgICAgAAAAAALDIgICAgAAAAAAAAABwiGAQiHAAA',
  'AAAAEBA8EBAQEgwAAAAAAAAAIiIiIiYaAAAAAAAAACIiIhQUCAAAAAAAAAAiIioqKhQAAAAAAAAAIhQICBQiAAAAAAAAACIiIiYaAiIc',
  'AAAAAAA+BAgQID4AAAAGCAgICDAICAgIBgAAAAgICAgICAgICAAAADAICAgIBggICAgwAAAAEiokAAAAAAAAAAA=',
];

const FIRST = 32;
const LAST = 126;
const glyphs = Buffer.from(ROWS.join(''), 'base64');

/** An image to draw on. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  /** RGB, one byte per channel, row by row. */
  readonly pixels: Uint8Array;
}

/**
 * Draws a line of text with its upper left corner at `left`, `top`. The font is built in, because training machines
 * often have no fonts. Accents are removed; any other character outside ASCII is drawn as a box.
 */
export function drawText(canvas: Canvas, text: string, left: number, top: number, grey = 0): void {
  for (const [index, character] of toAscii(text).entries())
    drawGlyph(canvas, character, left + index * GLYPH.width, top, grey);
}

function toAscii(text: string): string[] {
  return [...text.normalize('NFKD').replaceAll(/\p{M}/gu, '')];
}

function drawGlyph(canvas: Canvas, character: string, left: number, top: number, grey: number): void {
  const code = character.codePointAt(0) ?? 0;
  const isKnown = code >= FIRST && code <= LAST;
  for (let row = 0; row < GLYPH.height; row += 1) {
    const bits = isKnown ? (glyphs[(code - FIRST) * GLYPH.height + row] ?? 0) : boxRow(row);
    for (let column = 0; column < GLYPH.width; column += 1) {
      if ((bits >> (GLYPH.width - 1 - column)) & 1) setPixel(canvas, left + column, top + row, grey);
    }
  }
}

function boxRow(row: number): number {
  if (row < 2 || row > 10) return 0;
  return row === 2 || row === 10 ? 0b111110 : 0b100010;
}

function setPixel({ width, height, pixels }: Canvas, x: number, y: number, grey: number): void {
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  pixels.fill(grey, (y * width + x) * 3, (y * width + x) * 3 + 3);
}
