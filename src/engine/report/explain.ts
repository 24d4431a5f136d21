import { columns, duration } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { ActionRecord } from '../cache/records.ts';
import { type RecordedDocument, readDocument } from '../fingerprint/action-key.ts';
import { textOfCommand } from '../fingerprint/compare-keys.ts';
import type { ActionKey } from '../fingerprint/digest.ts';

/** Describes the current parts of a stage's key, and marks those that differ from the record. */
export function describeExplanation(
  explained: {
    readonly stage: string;
    readonly key?: ActionKey;
    readonly cached: boolean;
    readonly reasons: readonly string[];
    readonly document: RecordedDocument;
    readonly open: readonly string[];
    /** The variables that are passed through. */
    readonly secrets: readonly string[];
    readonly last?: ActionRecord;
  },
  paint: Paint,
): string {
  const { stage, key, cached, reasons, document, open, secrets, last } = explained;
  const before = new Map(last === undefined ? [] : partsOf(last.document).map((part) => [nameOf(part), part.value]));
  const rows = partsOf(document).map((part) => {
    const changed = last !== undefined && before.get(nameOf(part)) !== part.value;
    return [changed ? paint('yellow', '●') : ' ', part.kind, part.name, part.shown ?? part.value];
  });
  const secret = secrets.map((name) => [' ', 'secret', name, 'passed through, not part of the key']);
  const unknown = open.map((name) => [paint('yellow', '●'), 'input', name, 'unknown until its stage has run']);
  return [
    `${paint('bold', stage)}  ${key === undefined ? 'key unknown until upstream stages have run' : `key ${key}`}`,
    cached ? paint('green', 'cached') : `${paint('yellow', 'would run')}: ${reasons.join('; ')}`,
    ...(last === undefined ? [] : [paint('dim', origin(last, stage, cached))]),
    columns([...rows, ...secret, ...unknown]),
  ].join('\n');
}

function origin({ provenance }: ActionRecord, stage: string, cached: boolean): string {
  const { run, finished, seconds, stage: maker } = provenance;
  const by = maker === stage ? '' : ` as stage "${maker}"`;
  const made = `run ${run}${by}, ${finished}, in ${duration(seconds)}`;
  return cached ? `computed by ${made}` : `● differs from its last result, computed by ${made}`;
}

interface Part {
  readonly kind: string;
  readonly name: string;
  readonly value: string;
  /** If it differs from `value`. */
  readonly shown?: string;
}

function nameOf({ kind, name }: Part): string {
  return `${kind} ${name}`;
}

function partsOf(document: RecordedDocument): Part[] {
  const { scheme, code, command, packages, params, inputs, env, runtime } = readDocument(document);
  const parts = (kind: string, values: object): Part[] =>
    Object.entries(values).map(([name, value]) => ({
      kind,
      name,
      value: typeof value === 'string' && kind !== 'param' ? value : JSON.stringify(value),
    }));
  return [
    { kind: 'scheme', name: '', value: String(scheme) },
    ...(command === undefined
      ? [{ kind: 'code', name: '', value: code }]
      : [
          { kind: 'command', name: '', value: textOfCommand(command) },
          { kind: 'outputs', name: '', value: command.outputs.join(', ') },
          ...(command.version === undefined
            ? []
            : [{ kind: 'version', name: '', value: command.version.replaceAll('\n', ', ') }]),
        ]),
    ...parts('param', params),
    ...parts('input', inputs),
    ...Object.entries(env).map(([name, value]) => ({
      ...{ kind: 'env', name, value: value ?? '' },
      shown: value === null ? 'not set' : 'set',
    })),
    ...Object.entries(runtime).flatMap(([name, facts]) =>
      Object.entries(facts).map(([fact, value]) => ({ kind: 'runtime', name: `${name} ${fact}`, value })),
    ),
    ...parts('package', packages),
  ];
}
