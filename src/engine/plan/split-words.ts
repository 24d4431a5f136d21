/** One word of a command, as a POSIX shell would split it. */
export interface Word {
  /** Without its quotes. */
  readonly text: string;
  /** As it is written, with its quotes. */
  readonly raw: string;
  readonly fault?: WordFault;
}

/** What is wrong with a word, and what to do about it. */
export interface WordFault {
  readonly message: string;
  readonly advice: string;
}

/** One piece of a word: quoted text, an escaped character, white space, or other characters. */
const PIECE = /'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\\[\s\S]|\s+|[^\s'"\\]+|['"\\]/g;
/** A word of unquoted characters that means something else to a shell. */
const OPERATOR = /^(\d*[<>].*|&?>.*|\|\|?&?|&&?|;+|.*[;&|])$/s;
const EXPANSION = /\$[A-Za-z_({]|`/;

/**
 * Splits a command into words as a POSIX shell does: at white space outside of quotes. Nothing is expanded, and what only
 * a shell understands is reported, since a program would get it as an argument.
 */
export function splitWords(text: string): Word[] {
  const words: Word[] = [];
  let word: { text: string; raw: string; plain: string; open?: string } | undefined;
  const end = () => {
    if (word === undefined) return;
    const fault = word.open === undefined ? shellFault(word.raw, word.plain) : neverClosed(word.open);
    words.push({ text: word.text, raw: word.raw, ...(fault && { fault }) });
    word = undefined;
  };
  for (const [piece] of text.matchAll(PIECE)) {
    if (/^\s/.test(piece)) end();
    // A backslash joins two lines.
    else if (piece !== '\\\n') {
      const { text: before, raw, plain, ...more } = word ?? { text: '', raw: '', plain: '' };
      const isPlain = !/^['"\\]/.test(piece);
      const open = /^['"]$/.test(piece) ? { open: piece } : more;
      word = { text: before + unquoted(piece), raw: raw + piece, plain: isPlain ? plain + piece : plain, ...open };
    }
  }
  end();
  return words;
}

function unquoted(piece: string): string {
  if (piece.length < 2) return piece;
  if (piece.startsWith("'")) return piece.slice(1, -1);
  if (piece.startsWith('\\')) return piece.slice(1);
  // In double quotes, a backslash quotes only these.
  return piece.startsWith('"')
    ? piece.slice(1, -1).replaceAll(/\\([\\"$`\n])/g, (_, quoted: string) => (quoted === '\n' ? '' : quoted))
    : piece;
}

function neverClosed(quote: string): WordFault {
  return { message: 'a quote in this word is never closed', advice: `Add another ${quote}.` };
}

function shellFault(raw: string, plain: string): WordFault | undefined {
  const isOperator = plain === raw && OPERATOR.test(raw);
  if (!isOperator && !EXPANSION.test(plain)) return undefined;
  return {
    message: `${JSON.stringify(raw)} needs a shell, and none runs this command`,
    advice:
      'Add `shell: true` to the stage, or put it in single quotes to pass it to the program as it is. Hand values over ' +
      'with `params`, as {params.NAME}.',
  };
}
