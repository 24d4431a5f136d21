import {
  type Alias,
  Composer,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  type YAMLMap,
} from 'yaml';
import { failure, type Place, type Problem, type Result, success } from '../../shared/problem.ts';
import { isMerge, toValue } from './yaml-value.ts';

export type YamlPath = readonly (string | number)[];

/** A parsed YAML text, with the place of each of its values. */
export interface YamlSource {
  /** The path that messages show. */
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  /** Returns the place of the key (`key`) or the value at `path`; for an absent one, that of its nearest parent. */
  place(path: YamlPath, part: 'key' | 'value'): Place;
  /** Returns the places of parts of the text at `path`, which occur in this order; undefined if it is written otherwise. */
  parts(path: YamlPath, parts: readonly string[]): readonly (Place | undefined)[];
}

/** The maximum nesting depth: the parser needs some call stack for each level. */
const MAX_DEPTH = 200;

const OPTIONS = {
  prettyErrors: false,
  strict: true,
  // The parser's search for duplicate keys takes quadratic time; they are found when the values are created.
  uniqueKeys: false,
  // Only the types of JSON, even if `%YAML 1.1` or a tag such as `!!timestamp` asks for others.
  schema: 'core',
  resolveKnownTags: false,
} as const;

/** Parses YAML 1.2, including merge keys. Every error is returned as a problem with its place. */
export function parseYaml(file: string, text: string): Result<YamlSource> {
  const lines = new LineCounter();
  const placeAt = (start: number, end: number): Place => {
    const { line, col } = lines.linePos(start);
    const newline = text.indexOf('\n', start);
    const firstLine = text.slice(start, newline === -1 ? end : Math.min(end, newline));
    return { file, line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, firstLine.trimEnd().length) };
  };
  const parsed = parseDocuments(text, lines);
  if (!parsed.ok) {
    const message = `invalid YAML: values are nested more than ${MAX_DEPTH} levels deep`;
    return failure([{ message, at: placeAt(parsed.failure, parsed.failure + 1) }]);
  }
  const {
    documents: [document, second],
    quotes,
  } = parsed.value;
  const problems = [...document.errors, ...document.warnings].map((error): Problem => {
    const quote = error.code === 'MISSING_CHAR' ? quotes.find(({ end }) => end === error.pos[0]) : undefined;
    return quote === undefined
      ? { message: `invalid YAML: ${lowerFirst(error.message)}`, at: placeAt(...error.pos) }
      : { message: 'invalid YAML: this quote is never closed', at: placeAt(quote.start, quote.end) };
  });
  if (second !== undefined) {
    const [start = 0, end = start] = second.range ?? [];
    problems.push({
      message: 'invalid YAML: a second document starts here',
      at: placeAt(start, end),
      advice: 'Keep only one document. "---" starts a document, and "..." ends it.',
    });
  }
  if (problems.length > 0) return failure(problems);
  const { value, faults, targets } = toValue(document.contents);
  if (faults.length > 0) {
    return failure(
      faults.map(({ message, node }) => {
        const [start = 0, end = start] = node?.range ?? document.contents?.range ?? [];
        return { message: `invalid YAML: ${message}`, at: placeAt(start, end) };
      }),
    );
  }
  const places = new Places(document.contents, targets);
  return success({
    ...{ file, text, value },
    place: (path, part) => placeAt(...places.rangeOf(path, part)),
    parts: (path, parts) => {
      const [start, end] = places.rangeOf(path, 'value');
      let from = start;
      return parts.map((part) => {
        const at = text.indexOf(part, from);
        if (at === -1 || at + part.length > end) return undefined;
        from = at + part.length;
        return placeAt(at, from);
      });
    },
  });
}

interface Documents {
  readonly documents: readonly [Document.Parsed, ...Document.Parsed[]];
  /** The ranges of quoted texts. */
  readonly quotes: readonly { readonly start: number; readonly end: number }[];
}

/** Returns the documents of a text, or the offset at which values are nested too deep. */
function parseDocuments(text: string, lines: LineCounter): Result<Documents, number> {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({ ...OPTIONS, lineCounter: lines });
  const documents: Document.Parsed[] = [];
  lines.addNewLine(0);
  const quotes: { start: number; end: number }[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    if (/^["']/.test(lexeme)) quotes.push({ start: parser.offset, end: parser.offset + lexeme.length });
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (parser.stack.length > MAX_DEPTH) return failure(parser.offset);
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(true, text.length));
  const [first, ...others] = documents;
  if (first === undefined) throw new Error('a YAML text has no document');
  return success({ documents: [first, ...others], quotes });
}

interface Child {
  readonly key?: Node;
  readonly value: unknown;
}

/** Finds the places of values. Caches the children of maps, since a pipeline may have ten thousand stages. */
class Places {
  readonly #contents: unknown;
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #children = new Map<YAMLMap, ReadonlyMap<string, Child>>();

  constructor(contents: unknown, targets: ReadonlyMap<Alias, Node>) {
    this.#contents = contents;
    this.#targets = targets;
  }

  /** Returns where the key or the value at `path` starts and ends. */
  rangeOf(path: YamlPath, part: 'key' | 'value'): readonly [start: number, end: number] {
    let range: readonly [start: number, end: number] = [0, 0];
    let node = this.#contents;
    const remember = (candidate: unknown) => {
      if (isNode(candidate) && candidate.range) range = [candidate.range[0], candidate.range[1]];
    };
    if (path.length === 0) remember(node);
    for (const [depth, step] of path.entries()) {
      const last = depth === path.length - 1;
      const child = this.#childOf(this.#unaliased(node), step);
      if (child === undefined) break;
      remember(last && part === 'value' ? (child.value ?? child.key) : (child.key ?? child.value));
      node = child.value;
    }
    return range;
  }

  #unaliased(node: unknown): unknown {
    return isAlias(node) ? this.#targets.get(node) : node;
  }

  #childOf(node: unknown, step: string | number): Child | undefined {
    if (isSeq(node)) return { value: node.items[Number(step)] };
    return isMap(node) ? this.#childrenOf(node).get(String(step)) : undefined;
  }

  #childrenOf(map: YAMLMap): ReadonlyMap<string, Child> {
    const known = this.#children.get(map);
    if (known !== undefined) return known;
    const own: [string, Child][] = [];
    const merged: [string, Child][] = [];
    for (const pair of map.items) {
      if (isMerge(pair)) {
        const source = this.#unaliased(pair.value);
        const sources = isSeq(source) ? source.items.map((item) => this.#unaliased(item)) : [source];
        for (const from of sources) if (isMap(from)) merged.push(...this.#childrenOf(from));
      } else {
        const key = this.#unaliased(pair.key);
        if (isScalar(key)) own.push([String(key.value), { key: pair.key as Node, value: pair.value }]);
      }
    }
    // Own keys take precedence over merged ones; among merged maps, the first that has a key.
    const children = new Map([...merged.reverse(), ...own]);
    this.#children.set(map, children);
    return children;
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
