import type { Json } from '../../shared/json.ts';
import type { KeyDocument } from './action-key.ts';
import { canonicalJson, type Digest } from './digest.ts';

/** A key with what helps to say what changed in it. */
export interface ExplainedKey {
  readonly document: KeyDocument;
  /** Local module → digest of its source. */
  readonly modules: Readonly<Record<string, Digest>>;
}

/** What became of an input whose content is another: «changed», or more where more is known. */
export type DescribeInput = (name: string, before: Digest, now: Digest) => string;

/** What differs between two keys, in words that name the thing: «param learning_rate 0.0001 → 0.00005». */
export function compareKeys(
  before: ExplainedKey,
  now: ExplainedKey,
  module: string,
  describeInput: DescribeInput = () => 'changed',
): string[] {
  const a = before.document;
  const b = now.document;
  return [
    ...(a.scheme === b.scheme ? [] : ['the key is made another way in this version of pipeline']),
    ...differences('param', flatten(a.params), flatten(b.params)),
    ...(a.code === b.code ? [] : [codeReason(before.modules, now.modules, module)]),
    ...packageReasons(a.packages, b.packages),
    ...inputReasons(a.inputs, b.inputs, describeInput),
    ...envReasons(a.env, b.env),
    ...tensorFlowReasons(a.tensorflow, b.tensorflow),
  ];
}

function differences(noun: string, a: Readonly<Record<string, Json>>, b: Readonly<Record<string, Json>>): string[] {
  return namesIn(a, b).flatMap((name) => {
    const from = a[name];
    const to = b[name];
    if (from === undefined) return [`${noun} ${name} is new: ${shown(to)}`];
    if (to === undefined) return [`${noun} ${name} is gone: ${shown(from)}`];
    return canonicalJson(from) === canonicalJson(to) ? [] : [`${noun} ${name} ${shownPair(from, to)}`];
  });
}

const LOOKS_SECRET = /TOKEN|SECRET|PASS|KEY|CREDENTIAL/i;

function envReasons(a: KeyDocument['env'], b: KeyDocument['env']): string[] {
  return namesIn(a, b).flatMap((name) => {
    const [from = null, to = null] = [a[name], b[name]];
    if (a[name] === undefined) return [`env ${name} is declared now`];
    if (b[name] === undefined) return [`env ${name} is no longer declared`];
    if (from === to) return [];
    if (LOOKS_SECRET.test(name)) return [`env ${name} changed`];
    const word = (value: string | null) => (value === null ? 'not set' : shown(value));
    return [`env ${name} ${word(from)} → ${word(to)}`];
  });
}

function codeReason(a: ExplainedKey['modules'], b: ExplainedKey['modules'], module: string): string {
  const changed = namesIn(a, b).filter((name) => a[name] !== b[name]);
  if (changed.length === 0) return `${module}: its code changed`;
  const others = changed.filter((name) => name !== module);
  if (others.length === 0) return `${module} changed`;
  const words = others.map(
    (name) => `${name} ${a[name] === undefined ? 'is new' : b[name] === undefined ? 'is gone' : 'changed'}`,
  );
  return `${module}: ${changed.length > others.length ? 'changed, ' : ''}${words.join(', ')}`;
}

/** `name@version` entries paired by name, so that an upgrade reads as one. */
function packageReasons(a: KeyDocument['packages'], b: KeyDocument['packages']): string[] {
  const from = versionsByName(a);
  const to = versionsByName(b);
  return namesIn(from, to).flatMap((name) => {
    const was = from[name];
    const is = to[name];
    if (was === undefined) return [`package ${name} ${is} is new`];
    if (is === undefined) return [`package ${name} ${was} is gone`];
    if (was !== is) return [`package ${name} ${was} → ${is}`];
    const same = Object.keys(b)
      .filter((id) => id.startsWith(`${name}@`))
      .every((id) => a[id] === b[id]);
    return same ? [] : [`package ${name} ${is} has other content`];
  });
}

function versionsByName(packages: KeyDocument['packages']): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const id of Object.keys(packages)) {
    const at = id.lastIndexOf('@');
    const name = id.slice(0, at);
    versions[name] = versions[name] === undefined ? id.slice(at + 1) : `${versions[name]}, ${id.slice(at + 1)}`;
  }
  return versions;
}

function inputReasons(a: KeyDocument['inputs'], b: KeyDocument['inputs'], describe: DescribeInput): string[] {
  return namesIn(a, b).flatMap((name) => {
    const from = a[name];
    const to = b[name];
    if (from === undefined) return [`input ${name} is new`];
    if (to === undefined) return [`input ${name} is gone`];
    if (from === to) return [];
    const words = describe(name, from, to);
    return [words.startsWith('changed') ? `input ${name} ${words}` : `input ${name}: ${words}`];
  });
}

function tensorFlowReasons(a: KeyDocument['tensorflow'], b: KeyDocument['tensorflow']): string[] {
  const word = (runtime: KeyDocument['tensorflow']) =>
    runtime === null ? 'none' : `${runtime.version} on ${runtime.device}`;
  return word(a) === word(b) ? [] : [`TensorFlow ${word(a)} → ${word(b)}`];
}

function namesIn(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

/** Nested params by dotted name. */
function flatten(value: Readonly<Record<string, Json>>, prefix = ''): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, Json][] => {
      const isObject = typeof item === 'object' && item !== null && !Array.isArray(item);
      return isObject
        ? Object.entries(flatten(item as Record<string, Json>, `${prefix}${key}.`))
        : [[prefix + key, item]];
    }),
  );
}

/** As much of a value as fits into a line. */
const SHOWN = 60;
/** What is shown of two long values before the place where they begin to differ. */
const SHOWN_BEFORE = 15;

function shownPair(from: Json, to: Json): string {
  const [a, b] = [textOf(from), textOf(to)];
  if (a.length <= SHOWN && b.length <= SHOWN) return `${a} → ${b}`;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const start = Math.max(0, same - SHOWN_BEFORE);
  const part = (text: string) => `${start > 0 ? '…' : ''}${cut(text.slice(start))}`;
  return `${part(a)} → ${part(b)}`;
}

function shown(value: Json | undefined): string {
  return cut(textOf(value));
}

function cut(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;
}

function textOf(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === undefined || text === '' ? '«»' : text;
}
