import { placeholdersIn } from './command-template.ts';

/** Quoted text, a comment, an escaped character, or any other one. */
const PIECE = /'[^']*'|"(?:\\[\s\S]|[^"\\])*"|(?<=^|\s)#[^\n]*|\\[\s\S]|[\s\S]/g;

/** Returns the placeholders within quotes, as they are written. A shell would take the quotes of their values for text. */
export function quotedPlaceholders(script: string): string[] {
  const quoted = [...script.matchAll(PIECE)].map(([piece]) => piece).filter((piece) => /^['"]./s.test(piece));
  return quoted.flatMap(placeholdersIn).map(({ raw }) => raw);
}

/** Returns the words of a script that may be names of files, without their quotes. */
export function wordsOfScript(script: string): string[] {
  return script
    .split(/[\s;|&<>()]+/)
    .map((word) => word.replaceAll(/['"]/g, ''))
    .filter((word) => word !== '');
}
