/** Quotes a word for a POSIX shell, if it needs it. */
export function shellQuoted(word: string): string {
  return /^[\w./@:=,+~%^-]+$/.test(word) && !word.startsWith('~') ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
