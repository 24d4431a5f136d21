import type { View } from '../../shared/extensions/view.ts';
import { count, duration, figure, plural } from '../../shared/text/format.ts';
import { cut, displayWidth, oneLine, pad } from '../../shared/text/table.ts';
import { usageText } from '../../shared/text/usage.ts';
import type { ActionRecord } from '../cache/records.ts';
import { printableDocument, readDocument } from '../fingerprint/action-key.ts';
import { textOfCommand } from '../fingerprint/compare-keys.ts';
import { isDigest } from '../fingerprint/digest.ts';

const LABEL = 12;
const SHORT = 12;

/** The provenance of a result, and how it relates to the current pipeline. */
export interface Origin {
  readonly record: ActionRecord;
  /** The stages whose current result this is. */
  readonly currentOf: readonly string[];
  /** What has changed since, if that is known. */
  readonly changes: readonly string[];
  /** The source of each input: `stage.output`, or a path. */
  readonly sources: Readonly<Record<string, string>>;
}

/** Describes what the result depended on, and when and where it was computed. */
export function describeOrigin(origin: Origin, view: View): string[] {
  const { record, sources } = origin;
  const { key, document, metrics, provenance } = record;
  const { code, command, packages, params, inputs, env, runtime } = readDocument(document);
  const modules = Object.keys(provenance.modules);
  const used = usageText(provenance);
  return [
    view.paint('bold', 'provenance'),
    ...facts('stage', [provenance.stage + (command === undefined ? ` (${provenance.module})` : '')], view),
    ...facts('finished', [`${time(provenance.finished)}, in ${duration(provenance.seconds)}`], view),
    ...facts('used', used === undefined ? [] : [used], view),
    ...facts('run', [provenance.run], view),
    ...facts('current', [currency(origin)], view),
    ...facts('on', [`Node ${provenance.node}, ${provenance.platform}`], view),
    ...facts(
      'runtime',
      pairs(
        Object.entries(runtime).flatMap(([name, known]) =>
          Object.entries(known).map(([fact, value]) => [`${name} ${fact}`, isDigest(value) ? short(value) : value]),
        ),
      ),
      view,
    ),
    ...facts(
      'machine',
      pairs(
        Object.entries(provenance.machine ?? {}).flatMap(([name, known]) =>
          Object.entries(known).map(([fact, value]) => [`${name} ${fact}`, value]),
        ),
      ),
      view,
    ),
    ...facts('key', [view.full ? key : short(key)], view),
    ...facts(
      'inputs',
      pairs(Object.entries(inputs).map(([name, digest]) => [name, sourceText(sources[name], digest)])),
      view,
    ),
    ...facts('params', pairs(Object.entries(params).map(([name, value]) => [name, JSON.stringify(value)])), view),
    ...facts(
      'env',
      pairs(Object.entries(env).map(([name, value]) => [name, value === null ? 'not set' : 'set'])),
      view,
    ),
    ...(command === undefined
      ? [
          ...facts('code', listed(`${short(code)}, ${plural(modules.length, 'module')}`, modules, view), view),
          ...facts('packages', listed(count(Object.keys(packages).length), Object.keys(packages), view), view),
        ]
      : [
          ...facts('command', [textOfCommand(command)], view),
          ...facts('version', command.version === undefined ? [] : [command.version], view),
        ]),
    ...facts('metrics', pairs(Object.entries(metrics).map(([name, value]) => [name, figure(value)])), view),
  ];
}

/** Describes an origin in one line, for content that several actions have among their outputs. */
export function describeOriginBriefly({ record, currentOf }: Origin, { width }: View): string {
  const { stage, finished, run } = record.provenance;
  const current = currentOf.length > 0 ? ', current' : '';
  return cut(`  also from ${stage}, ${time(finished)}, run ${run}, key ${short(record.key)}${current}`, width);
}

/** Returns an origin as `--json` prints it. */
export function originJson({ record, currentOf, changes, sources }: Origin): object {
  const { key, metrics, document, provenance } = record;
  return {
    type: 'provenance',
    stage: provenance.stage,
    key,
    current: currentOf.length > 0,
    currentOf,
    changes,
    sources,
    metrics,
    document: printableDocument(document),
    provenance,
  };
}

function currency({ record, currentOf, changes }: Origin): string {
  const others = currentOf.filter((name) => name !== record.provenance.stage);
  if (currentOf.length > 0) return others.length === 0 ? 'yes' : `yes, also for ${others.join(', ')}`;
  return changes.length === 0 ? 'no' : `no: ${changes.join('; ')}`;
}

function sourceText(source: string | undefined, digest: string): string {
  return source === undefined ? short(digest) : `${source} (${short(digest)})`;
}

/** Returns one line per fact, the first with the label; no lines if there are no facts. */
function facts(label: string, lines: readonly string[], { width, full }: View): string[] {
  return lines.map((line, index) => {
    const text = `  ${pad(index === 0 ? label : '', LABEL - 2)}${oneLine(line)}`;
    return full ? text : cut(text, width);
  });
}

function pairs(entries: readonly (readonly [string, string])[]): string[] {
  const wide = Math.max(0, ...entries.map(([name]) => displayWidth(name)));
  return entries.map(([name, value]) => `${pad(name, wide)}  ${value}`);
}

function listed(head: string, names: readonly string[], { full }: View): string[] {
  if (names.length === 0) return head === '0' ? ['none'] : [head];
  return full ? [head, ...names.map((name) => `  ${name}`)] : [`${head}: ${names.join(', ')}`];
}

/** Returns a time as `2026-11-24 09:03:37 UTC`. */
function time(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

function short(digest: string): string {
  return digest.slice(0, SHORT);
}
