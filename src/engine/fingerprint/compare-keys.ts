import { flatten } from '../../shared/flatten.ts';
import type { Json } from '../../shared/json.ts';
import { shellQuoted } from '../../shared/text/shell-quoted.ts';
import { type KeyCommand, type ReadDocument, type RecordedDocument, type Runtime, readDocument } from './action-key.ts';
import { canonicalJson, type Digest } from './digest.ts';

/** A key with the details that help to explain what changed in it. */
export interface ExplainedKey {
  readonly document: RecordedDocument;
  /** Path of a local module → digest of its source. */
  readonly modules: Readonly<Record<string, Digest>>;
}

/** Describes an input whose content differs: `changed`, or more details if they are known. */
export type DescribeInput = (name: string, before: Digest, now: Digest) => string;

/** Describes how a package differs whose version is the same; undefined if the details are not known. */
export type DescribePackage = (before: Digest, now: Digest) => string | undefined;

export interface Wording {
  readonly describeInput?: DescribeInput;
  readonly describePackage?: DescribePackage;
  /** Returns the label of the runtime facts with this name. By default the name itself. */
  readonly labelOf?: (name: string) => string;
}

/** The reason if the keys differ although all their parts are equal. */
export const OTHER_SCHEME = 'this version of pipeline computes action keys differently';

/**
 * Describes each difference between two keys by its name: `param learning_rate 0.0001 → 0.00005`.
 *
 * @param module the module of the stage, or its command, as messages show it.
 */
export function compareKeys(
  before: ExplainedKey,
  now: ExplainedKey,
  module: string,
  { describeInput = () => 'changed', describePackage = () => undefined, labelOf = (name) => name }: Wording = {},
): string[] {
  const a = readDocument(before.document);
  const b = readDocument(now.document);
  const params = differences('param', flatten(a.params), flatten(b.params));
  const inputs = inputReasons(a.inputs, b.inputs, describeInput);
  // Digests of code, packages and variables are not comparable across schemes. Params and inputs are.
  if (a.scheme !== b.scheme) return [OTHER_SCHEME, ...params, ...inputs];
  return [
    ...params,
    ...(a.code === b.code ? [] : programReasons({ ...a, ...before }, { ...b, ...now }, module)),
    ...packageReasons(a.packages, b.packages, describePackage),
    ...inputs,
    ...envReasons(a.env, b.env),
    ...runtimeReasons(a.runtime, b.runtime, labelOf),
  ];
}

function differences(noun: string, a: Readonly<Record<string, Json>>, b: Readonly<Record<string, Json>>): string[] {
  return namesIn(a, b).flatMap((name) => {
    const from = a[name];
    const to = b[name];
    if (from === undefined) return [`${noun} ${name} is new: ${shown(to)}`];
    if (to === undefined) return [`${noun} ${name} was removed: ${shown(from)}`];
    return canonicalJson(from) === canonicalJson(to) ? [] : [`${noun} ${name} ${shownPair(from, to)}`];
  });
}

function envReasons(a: ReadDocument['env'], b: ReadDocument['env']): string[] {
  return namesIn(a, b).flatMap((name) => {
    const [from, to] = [a[name], b[name]];
    if (from === undefined) return [`env ${name} is declared now`];
    if (to === undefined) return [`env ${name} is no longer declared`];
    if (from === to) return [];
    return [`env ${name} ${from === null ? 'is set now' : to === null ? 'is no longer set' : 'changed'}`];
  });
}

type Program = Pick<ReadDocument, 'command'> & Pick<ExplainedKey, 'modules'>;

function programReasons(a: Program, b: Program, module: string): string[] {
  const [was, is] = [a.command, b.command];
  if (was === undefined && is === undefined) return [codeReason(a.modules, b.modules, module)];
  if (was === undefined || is === undefined) return [`it runs ${module} now`];
  const reasons = [
    ...changeOf('command', textOfCommand(was), textOfCommand(is)),
    ...changeOf('outputs', was.outputs.join(', '), is.outputs.join(', ')),
    ...changeOf('version of the program', was.version ?? 'not declared', is.version ?? 'not declared'),
  ];
  // The lockfile has only a digest of them.
  return reasons.length > 0 ? reasons : ['its command, its outputs or the version of its program changed'];
}

function changeOf(noun: string, from: string, to: string): string[] {
  return from === to ? [] : [`${noun} ${shownPair(from, to)}`];
}

/** Returns a command in one line. */
export function textOfCommand({ run }: KeyCommand): string {
  return (
    typeof run === 'string' ? run : run.map((word) => (/\s|^$/.test(word) ? shellQuoted(word) : word)).join(' ')
  ).replaceAll(/\s*\n\s*/g, ' ');
}

function codeReason(a: ExplainedKey['modules'], b: ExplainedKey['modules'], module: string): string {
  const changed = namesIn(a, b).filter((name) => a[name] !== b[name]);
  if (changed.length === 0) return `${module}: its code changed`;
  const others = changed.filter((name) => name !== module);
  if (others.length === 0) return `${module} changed`;
  const words = others.map(
    (name) => `${name} ${a[name] === undefined ? 'is new' : b[name] === undefined ? 'was removed' : 'changed'}`,
  );
  return `${module}: ${changed.length > others.length ? 'changed, ' : ''}${words.join(', ')}`;
}

/** Pairs `name@version` entries by name, so that an upgrade is one difference. */
function packageReasons(a: ReadDocument['packages'], b: ReadDocument['packages'], describe: DescribePackage): string[] {
  const from = versionsByName(a);
  const to = versionsByName(b);
  return namesIn(from, to).flatMap((name) => {
    const was = from[name];
    const is = to[name];
    if (was === undefined) return [`package ${name} ${is} is new`];
    if (is === undefined) return [`package ${name} ${was} was removed`];
    if (was !== is) return [`package ${name} ${was} → ${is}`];
    return Object.keys(b).flatMap((id) => {
      const [before, now] = [a[id], b[id]];
      if (!id.startsWith(`${name}@`) || before === undefined || now === undefined || before === now) return [];
      return [`package ${id} ${describe(before, now) ?? 'has other content under the same version'}`];
    });
  });
}

function versionsByName(packages: ReadDocument['packages']): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const id of Object.keys(packages)) {
    const at = id.lastIndexOf('@');
    const name = id.slice(0, at);
    versions[name] = versions[name] === undefined ? id.slice(at + 1) : `${versions[name]}, ${id.slice(at + 1)}`;
  }
  return versions;
}

function inputReasons(a: ReadDocument['inputs'], b: ReadDocument['inputs'], describe: DescribeInput): string[] {
  return namesIn(a, b).flatMap((name) => {
    const from = a[name];
    const to = b[name];
    if (from === undefined) return [`input ${name} is new`];
    if (to === undefined) return [`input ${name} was removed`];
    if (from === to) return [];
    const words = describe(name, from, to);
    return [words.startsWith('changed') ? `input ${name} ${words}` : `input ${name}: ${words}`];
  });
}

function runtimeReasons(a: Runtime, b: Runtime, labelOf: (name: string) => string): string[] {
  return namesIn(a, b).flatMap((name) => {
    const [from, to, label] = [a[name], b[name], labelOf(name)];
    if (from === undefined) return [`runtime fact ${label} is new: ${factsText(to ?? {})}`];
    if (to === undefined) return [`runtime fact ${label} was removed: ${factsText(from)}`];
    return namesIn(from, to)
      .filter((fact) => from[fact] !== to[fact])
      .map((fact) => `${label}: ${fact} ${factChange(from[fact], to[fact])}`);
  });
}

/** Replaces the digest of a file, which is of no use to a reader. */
const CONTENT = 'present';

function factChange(from: string | undefined, to: string | undefined): string {
  const [was, is] = [factText(from), factText(to)];
  return was === is ? 'changed' : shownPair(was, is);
}

function factText(value = 'none'): string {
  return value.replaceAll(/[0-9a-f]{64}/g, CONTENT);
}

function factsText(facts: Runtime[string]): string {
  return Object.entries(facts)
    .map(([fact, value]) => (factText(value) === CONTENT ? fact : `${fact} ${factText(value)}`))
    .join(', ');
}

function namesIn(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

/** The maximum length of a displayed value. */
const SHOWN = 60;
/** How many characters of two long values are shown before their first difference. */
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
  return text === undefined || text === '' ? '""' : text;
}
