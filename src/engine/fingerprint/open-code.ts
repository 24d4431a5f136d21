import { isBuiltin } from 'node:module';

/** What the text of a module says about what it loads. */
export interface LoadedByText {
  /** Whether it may load or read files whose names are known only at run time. */
  readonly isOpen: boolean;
  /** Specifiers that it names without importing them, as in a string or in code that is never reached. */
  readonly mentioned: readonly string[];
}

const LITERAL_IMPORT = /\b(?:require(?:\.resolve)?|import)\s*\(\s*(["'`])([^"'`$\\\n]*)\1\s*(?=[,)])/g;
const HARMLESS = /\btypeof\s+(?:require|module|__dirname|__filename)\b/g;

/** What a module needs to find files beside itself, or modules by a computed name. */
const OPEN = [
  /\b__(?:dirname|filename)\b/,
  /\bimport\s*\.\s*meta\b/,
  /(?<![.\w$])import\s*\(/,
  /(?<![.\w$])(?:__)?require(?![\w$])/,
  /\bmodule\s*(?:\[|\.\s*(?:require|paths?|filename|parent|children|constructor|main)\b)/,
  /\b(?:createRequire|getBuiltinModule|_load|_resolveFilename|eval)\b/,
  /\bprocess\s*\.\s*(?:mainModule|binding|dlopen)\b/,
];

/**
 * Reads what the text of a module says about what it loads at run time. When in doubt, the module is open: that costs
 * an unneeded rerun at most.
 *
 * @param imported the specifiers that the module is known to import.
 * @param withoutComments returns the text without comments; undefined if it cannot be parsed.
 */
export async function loadedByText(
  text: string,
  imported: ReadonlySet<string>,
  withoutComments: (text: string) => Promise<string | undefined>,
): Promise<LoadedByText> {
  const found = search(text, imported);
  if (!found.isOpen && found.mentioned.length === 0) return found;
  // Comments often have words like "require", and most of the text of a package is comments.
  const code = await withoutComments(text);
  return code === undefined ? { isOpen: true, mentioned: [] } : search(code, imported);
}

function search(text: string, imported: ReadonlySet<string>): LoadedByText {
  const mentioned = new Set<string>();
  const rest = text.replaceAll(HARMLESS, '').replaceAll(LITERAL_IMPORT, (_import, _quote, specifier: string) => {
    if (!imported.has(specifier) && !isBuiltin(specifier)) mentioned.add(specifier);
    return '';
  });
  return { isOpen: OPEN.some((pattern) => pattern.test(rest)), mentioned: [...mentioned] };
}
