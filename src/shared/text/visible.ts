/**
 * Characters that a terminal or a browser acts on, or does not show: control characters, those that change the direction
 * of text, and invisible ones, by which two different names look the same.
 */
const UNSEEN = /[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\uFFF9-\uFFFB]/gu;
/** The same, except for line breaks and tabs. */
const HARMFUL = /[^\P{Cc}\n\t]|[\p{Default_Ignorable_Code_Point}\u2028\u2029\uFFF9-\uFFFB]/u;

/**
 * Returns a text from outside with everything in it that would not be seen, or would do something, in a visible form:
 * `\x1b`, `\u{202e}`. Line breaks and tabs are kept, and so are the joiners of emoji and of scripts that need them.
 */
export function visible(text: string): string {
  if (!HARMFUL.test(text)) return text;
  return text.replaceAll(UNSEEN, (character, index: number) =>
    isKept(text, character, index) ? character : escaped(character),
  );
}

/** Returns `visible` text on one line. */
export function visibleLine(text: string): string {
  return visible(joinLines(text));
}

/** Returns a text with `↵` for each line break, so that a name cannot begin a line of its own. */
export function joinLines(text: string): string {
  return text.includes('\n') ? text.replaceAll(/\r?\n/g, '↵') : text;
}

/**
 * Returns JSON in which these characters are escaped, which leaves the value the same: a terminal may show it.
 *
 * @param json without line breaks.
 */
export function visibleJson(json: string): string {
  return HARMFUL.test(json) ? json.replaceAll(UNSEEN, jsonEscaped) : json;
}

function isKept(text: string, character: string, index: number): boolean {
  if (character === '\n' || character === '\t') return true;
  const before = text.slice(Math.max(0, index - 4), index);
  const after = text.slice(index + character.length, index + 4);
  switch (character) {
    // Selects the emoji form of a symbol.
    case '\u{FE0F}':
      return /\p{Extended_Pictographic}$/u.test(before) || /^\u20E3/.test(after);
    // Joins emoji, or letters of scripts that are written connected.
    case '\u{200D}':
      return (
        (/(\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F)$/u.test(before) &&
          /^\p{Extended_Pictographic}/u.test(after)) ||
        isConnected(before, after)
      );
    case '\u{200C}':
      return isConnected(before, after);
    default:
      return false;
  }
}

function isConnected(before: string, after: string): boolean {
  const letter =
    /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Sinhala}]/u;
  return letter.test(before.slice(-1)) && letter.test(after.slice(0, 1));
}

/** Returns a character in a visible form: `\x1b`, `\u{202e}`. */
export function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u{${code}}`;
}

function jsonEscaped(character: string): string {
  // A character outside the basic plane has two units.
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
