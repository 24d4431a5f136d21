import type { Json, JsonObject } from '../../shared/json.ts';
import { shellQuoted } from '../../shared/text/shell-quoted.ts';

/**
 * The command of a stage before its placeholders are filled in, as it is part of the action key: words, which are passed to
 * the program as they are, or a script, which a shell runs.
 */
export type CommandTemplate = readonly string[] | string;

export const SECTIONS = ['inputs', 'outputs', 'params'] as const;

/**
 * `{params.model.depth}` refers to a value of a section by the keys that lead to it, and `{params}` to a file with all
 * params.
 */
export interface Placeholder {
  /** As it is written, with its braces. */
  readonly raw: string;
  readonly section: (typeof SECTIONS)[number];
  readonly path: readonly string[];
}

/** A part of a template; `invalid` starts with a brace and is no placeholder. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'placeholder'; readonly placeholder: Placeholder }
  | { readonly kind: 'invalid'; readonly raw: string };

const PART = /\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+/g;

/** Parses a template: `{section.name}` is a placeholder, and `{{` and `}}` stand for braces. */
export function parseTemplate(template: string): TemplatePart[] {
  return [...template.matchAll(PART)].map(([raw]): TemplatePart => {
    if (raw === '{{' || raw === '}}') return { kind: 'text', text: raw.charAt(0) };
    if (!raw.startsWith('{')) return { kind: 'text', text: raw };
    const [first = '', ...path] = raw.slice(1, -1).split('.');
    const section = SECTIONS.find((name) => name === first);
    const isWhole = path.length === 0 && section !== 'params';
    return section === undefined || isWhole || path.includes('')
      ? { kind: 'invalid', raw }
      : { kind: 'placeholder', placeholder: { raw, section, path } };
  });
}

export function placeholdersIn(template: string): Placeholder[] {
  return parseTemplate(template).flatMap((part) => (part.kind === 'placeholder' ? [part.placeholder] : []));
}

/** What the placeholders of a stage's command stand for. */
export interface CommandValues {
  /** Paths; an input that collects the outputs of a matrix has several. */
  readonly inputs: Readonly<Record<string, string | readonly string[]>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly params: JsonObject;
  /** The path of a JSON file with the params. */
  readonly paramsFile: string;
}

/**
 * Returns the words of the command to run. A value is never split: it becomes a part of one word. Only an input that
 * collects several paths, as a word of its own, becomes that many words.
 */
export function fillCommand(template: CommandTemplate, values: CommandValues): readonly [string, ...string[]] {
  if (typeof template === 'string') {
    const script = fillParts(template, (placeholder) => textsOf(placeholder, values).map(shellQuoted).join(' '));
    // As in a makefile, a line that fails ends the script.
    return ['/bin/sh', '-e', '-c', script];
  }
  const [program = '', ...rest] = template.flatMap((word) => {
    const [part, ...more] = parseTemplate(word);
    if (part?.kind === 'placeholder' && more.length === 0) return textsOf(part.placeholder, values);
    return [fillParts(word, (placeholder) => textsOf(placeholder, values).join(' '))];
  });
  return [program, ...rest];
}

/** Returns a word with its params filled in; undefined if it has the path of an input, an output or a file of params. */
export function fillParams(word: string, params: JsonObject): string | undefined {
  const parts = parseTemplate(word);
  const isKnown = parts.every((part) => !hasPath(part));
  const values = { inputs: {}, outputs: {}, params, paramsFile: '' };
  return isKnown ? fillParts(word, (placeholder) => textsOf(placeholder, values).join(' ')) : undefined;
}

function hasPath(part: TemplatePart): boolean {
  if (part.kind !== 'placeholder') return false;
  const { section, path } = part.placeholder;
  return section !== 'params' || path.length === 0;
}

function fillParts(template: string, fill: (placeholder: Placeholder) => string): string {
  return parseTemplate(template)
    .map((part) => (part.kind === 'placeholder' ? fill(part.placeholder) : part.kind === 'text' ? part.text : part.raw))
    .join('');
}

function textsOf({ section, path }: Placeholder, values: CommandValues): readonly string[] {
  if (section === 'params' && path.length === 0) return [values.paramsFile];
  if (section === 'params') {
    const value = paramAt(values.params, path);
    return [typeof value === 'string' ? value : JSON.stringify(value ?? null)];
  }
  return [values[section][path.join('.')] ?? []].flat();
}

/** Returns the param to which these keys lead; undefined if there is none. */
export function paramAt(params: JsonObject, path: readonly string[]): Json | undefined {
  let found: Json | undefined = params;
  for (const key of path) {
    found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return found;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
