import { init, parse } from 'es-module-lexer';

/** An import of a package in the text of a bundle: the range of its specifier. */
export interface Link {
  readonly specifier: string;
  readonly start: number;
  readonly end: number;
  /** Whether the range includes the quotes, which is so for a dynamic import. */
  readonly quoted: boolean;
}

/** Returns the imports with a literal specifier in the text of a module. */
export async function linksIn(text: string): Promise<Link[]> {
  await init;
  return parse(text)[0].flatMap(({ specifier, start, end, type }) =>
    // The range of the lexer includes the quotes of import(…), but not those of static imports.
    typeof specifier === 'string' ? [{ specifier, start, end, quoted: type === 'dynamic' }] : [],
  );
}
