import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { failure, type Place, type Problem, type Result, success } from '../problem.ts';

export type YamlPath = readonly (string | number)[];

/** A YAML text that parsed, with the place of each of its values. */
export interface YamlSource {
  /** As messages name it. */
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  /** Where the key (`key`) or the value at `path` stands; of what is absent, its nearest parent. */
  place(path: YamlPath, part: 'key' | 'value'): Place;
}

/** Parses YAML 1.2, merge keys included. Every syntax error is a problem with its place. */
export function parseYaml(file: string, text: string): Result<YamlSource> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, strict: true });
  const placeAt = (start: number, end: number): Place => {
    const { line, col } = lines.linePos(start);
    const firstLine = text.slice(start, end).split('\n', 1)[0] ?? '';
    return { file, line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, firstLine.trimEnd().length) };
  };
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    message: `not valid YAML: ${lowerFirst(error.message)}`,
    at: placeAt(...error.pos),
  }));
  const anchors = new Set<string>();
  visit(document, {
    Node: (_key, node) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
      } else if (!anchors.has(node.source) && node.range) {
        const message = `not valid YAML: there is no anchor «${node.source}» before this`;
        problems.push({ message, at: placeAt(node.range[0], node.range[1]) });
      }
    },
  });
  if (problems.length > 0) return failure(problems);
  const value = toValue(document);
  if (!value.ok) return failure([{ message: `not valid YAML: ${value.failure}`, at: { file, line: 1, column: 1 } }]);
  return success({ file, text, value: value.value, place: (path, part) => placeOf(document, path, part, placeAt) });
}

function toValue(document: Document): Result<unknown, string> {
  try {
    return success(document.toJS({ maxAliasCount: 100 }));
  } catch (error) {
    // `yaml` throws on alias bombs.
    return failure(lowerFirst(error instanceof Error ? error.message : String(error)));
  }
}

function placeOf(
  document: Document,
  path: YamlPath,
  part: 'key' | 'value',
  placeAt: (start: number, end: number) => Place,
): Place {
  let place = placeAt(0, 0);
  let node: unknown = document.contents;
  const remember = (candidate: unknown) => {
    if (isNode(candidate) && candidate.range) place = placeAt(candidate.range[0], candidate.range[1]);
  };
  if (path.length === 0) remember(node);
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const last = depth === path.length - 1;
    const child = childOf(node, step);
    if (child === undefined) return place;
    remember(last && part === 'value' ? (child.value ?? child.key) : (child.key ?? child.value));
    node = child.value;
  }
  return place;
}

interface Child {
  readonly key?: Node;
  readonly value: unknown;
}

/** The children of maps that were looked into, by key: a pipeline may have ten thousand stages. */
const childrenOf = new WeakMap<YAMLMap, ReadonlyMap<string, Child>>();

function childOf(node: unknown, step: string | number): Child | undefined {
  if (isSeq(node)) return { value: node.items[Number(step)] };
  if (!isMap(node)) return undefined;
  let children = childrenOf.get(node);
  if (children === undefined) {
    children = new Map(
      node.items.flatMap(({ key, value }): [string, Child][] =>
        isScalar(key) ? [[String(key.value), { key, value }]] : [],
      ),
    );
    childrenOf.set(node, children);
  }
  return children.get(String(step));
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
