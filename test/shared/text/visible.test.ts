import { describe, expect, test } from 'vitest';
import { painter, printedLines, toTerminal } from '../../../src/shared/text/style.ts';
import { visible, visibleJson, visibleLine } from '../../../src/shared/text/visible.ts';

const colours = painter({ isTTY: true }, true, {});
const plain = painter({ isTTY: false }, true, {});
const ESCAPE = '\u001b';

describe('text from outside', () => {
  test.each([
    ['plain text, übliche Zeichen 日本 🎉\n\t', 'plain text, übliche Zeichen 日本 🎉\n\t'],
    [`${ESCAPE}[2J\u0007\r`, '\\x1b[2J\\x07\\x0d'],
    ['\u009b2J\u007f', '\\x9b2J\\x7f'],
    ['a\u202eb\u2066c\u200bd\ufeff', 'a\\u{202e}b\\u{2066}c\\u{200b}d\\u{feff}'],
    ['soft\u00adhyphen, tag\u{e0041}', 'soft\\xadhyphen, tag\\u{e0041}'],
    // A family, a heart with its emoji form, a keycap and a Persian word are what they are.
    ['👩‍👩‍👧 ❤️ 1️⃣ نمی‌خواهم', '👩‍👩‍👧 ❤️ 1️⃣ نمی‌خواهم'],
    // The same characters within a name are a trick.
    ['pay\u200dpal model\ufe0f', 'pay\\u{200d}pal model\\u{fe0f}'],
  ])('%j is shown as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('is kept on one line where it is part of one', () => {
    expect(visibleLine('name\r\n✓ done')).toBe('name↵✓ done');
  });

  test('stays the same value in JSON', () => {
    const value = { 'a\u202e': `${ESCAPE}\u009b\u{e0041}\u2028` };
    const json = visibleJson(JSON.stringify(value));
    expect(json).toBe('{"a\\u202e":"\\u001b\\u009b\\udb40\\udc41\\u2028"}');
    expect(JSON.parse(json)).toEqual(value);
  });
});

describe('text for a terminal', () => {
  test('has the colours of the program, and none of what it is about', () => {
    expect(toTerminal(`${colours('red', 'error')}: ${ESCAPE}[31mfake`)).toBe(
      `${ESCAPE}[31merror${ESCAPE}[39m: \\x1b[31mfake`,
    );
    expect(toTerminal(plain('red', 'error'))).toBe('error');
  });

  test('has the colours of a log, which end with their line, and no other escape sequence', () => {
    const printed = `${ESCAPE}[1;38;5;8mbold${ESCAPE}]0;title\u0007${ESCAPE}[8mhidden${ESCAPE}[2J\n\u009b31mred${ESCAPE}Pdevice${ESCAPE}\\.`;
    expect(printedLines(printed, colours).map(toTerminal)).toEqual([
      `${ESCAPE}[1;38;5;8mboldhidden${ESCAPE}[0m`,
      `${ESCAPE}[31mred.${ESCAPE}[0m`,
    ]);
    expect(printedLines(printed, plain).map(toTerminal)).toEqual(['boldhidden', 'red.']);
  });

  test('has nothing of a sequence that is cut short', () => {
    expect(printedLines(`${ESCAPE}[31`, plain).map(toTerminal)).toEqual(['']);
    expect(printedLines(`a${ESCAPE}]52;c;aGk=`, plain).map(toTerminal)).toEqual(['a']);
  });
});
