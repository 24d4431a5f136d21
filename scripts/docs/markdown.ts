import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * A fenced block. The words after its language, which no renderer shows, say what a test does with it:
 *
 *     yaml pipeline      a whole pipeline file: it is parsed and resolved
 *     yaml stages        stages, as below the key `stages`
 *     yaml keys          other top-level keys of a pipeline file
 *     … fashionai        its modules are the stages of this repository: their params are checked, too
 *     sh commands        each command and each of its options has to exist
 *     console run        each line after `$ ` is run, and has to print what follows; `npm run docs` records it again
 *     … file=PATH        the text of a file in the project in which the page's commands run
 *     … in=FOLDER        the folder of that project in which the commands run
 *     … exit=N           the exit code of each command, 0 by default
 *     … no-run            not runnable: output that depends on the machine, or a program that is not ours
 */
export interface Block {
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
}

/** Languages that have no commands and no pipeline in them. */
export const PLAIN_LANGUAGES = ['', 'text', 'mermaid', 'http', 'csv'];

/** Returns what `name=` is in the words of a block. */
export function attribute({ words }: Block, name: string): string | undefined {
  return words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Returns the fenced blocks of a page, in order. */
export function blocksIn(page: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly words: readonly string[]; readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, line] of page.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line)?.[1];
    if (fence !== undefined && open === undefined)
      open = { words: fence.trim().split(/\s+/), line: index + 1, lines: [] };
    else if (fence !== undefined && open !== undefined) {
      const [language = '', ...words] = open.words;
      blocks.push({ language, words, text: open.lines.map((each) => `${each}\n`).join(''), line: open.line });
      open = undefined;
    } else open?.lines.push(line);
  }
  return blocks;
}

/** Returns a page without its fenced blocks, line by line: those lines are empty. */
export function proseOf(page: string): string {
  return page.replace(/^```[\s\S]*?^```$/gm, (block) => block.replace(/[^\n]/g, ''));
}

/** Returns the anchors that GitHub gives the headings of a page, in order. */
export function anchorsIn(page: string): ReadonlySet<string> {
  const headings = [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  const anchors = new Set<string>();
  for (const heading of headings) {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    for (let copy = 0; ; copy++) {
      const name = copy === 0 ? anchor : `${anchor}-${copy}`;
      if (anchors.has(name)) continue;
      anchors.add(name);
      break;
    }
  }
  return anchors;
}

/** Returns README and all pages below docs/ and examples/, relative to the repository `root`, with their texts. */
export function pagesOf(root: string): ReadonlyMap<string, string> {
  const pages = ['docs', 'examples']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  return new Map(['README.md', ...pages.sort()].map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}
