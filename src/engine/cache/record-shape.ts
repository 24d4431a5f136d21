import { isWrittenNumber } from '../../shared/non-finite.ts';
import { collisions } from '../../shared/paths-below.ts';
import { isCount, isNumber, isObject, isOptional, isString, isStrings } from '../../shared/shapes.ts';
import { actionKey, type RecordedDocument, SCHEME } from '../fingerprint/action-key.ts';
import { type ActionKey, isDigest } from '../fingerprint/digest.ts';
import { isOutputFile } from '../plan/plan-outputs.ts';
import type { ActionRecord, RunRecord } from './records.ts';

// A record may come from a cache that others can write to: each field that is read somewhere is checked here.

/** Returns whether a record has the expected key, which is the digest of its document, and every field that is read. */
export function isActionRecord(record: unknown, expected: ActionKey): record is ActionRecord {
  if (!isObject(record) || record['key'] !== expected) return false;
  const { document, outputs, metrics, provenance } = record;
  return (
    isDocument(document) &&
    actionKey(document as unknown as RecordedDocument) === expected &&
    isObject(outputs) &&
    Object.entries(outputs).every(([name, output]) => isOutput(name, output)) &&
    collisions(Object.keys(outputs)).length === 0 &&
    isRecordOf(metrics, isWrittenNumber) &&
    isProvenance(provenance)
  );
}

/** Returns whether a record is that of the run with this id, and has every field that is read. */
export function isRunRecord(record: unknown, id: string): record is RunRecord {
  if (!isObject(record) || record['run'] !== id) return false;
  const { pipeline, project, file, started, seconds, ok, holder, stages } = record;
  return (
    [pipeline, project, file, holder].every((text) => isOptional(text, isString)) &&
    isTime(started) &&
    isNumber(seconds) &&
    typeof ok === 'boolean' &&
    Array.isArray(stages) &&
    stages.every(isStageOutcome)
  );
}

function isStageOutcome(stage: unknown): boolean {
  if (!isObject(stage)) return false;
  const { name, outcome, key, params, seconds, reasons, outputs, metrics, usage } = stage;
  return (
    isString(name) &&
    isString(outcome) &&
    isOptional(key, isDigestText) &&
    isOptional(params, isObject) &&
    isOptional(seconds, isNumber) &&
    isOptional(reasons, isStrings) &&
    isOptional(outputs, (map) => isRecordOf(map, isDigestText)) &&
    isOptional(metrics, (map) => isRecordOf(map, isWrittenNumber)) &&
    isOptional(usage, isUsage)
  );
}

/** Documents of other schemes may lack parts, and have others: `readDocument` converts them. */
function isDocument(document: unknown): boolean {
  if (!isObject(document)) return false;
  const { scheme, code, command, packages, params, inputs, env, ...rest } = document;
  const isComplete = [packages, params, inputs, env, rest['runtime']].every((part) => part !== undefined);
  return (
    isNumber(scheme) &&
    (isComplete || scheme !== SCHEME) &&
    isString(code) &&
    isOptional(command, isCommand) &&
    isOptional(packages, (map) => isRecordOf(map, isString)) &&
    isOptional(params, isObject) &&
    isOptional(inputs, (map) => isRecordOf(map, isDigestText)) &&
    isOptional(env, (map) => isRecordOf(map, (value) => value === null || isString(value))) &&
    Object.values(rest).every((value) => !isObject(value) || isFacts(value))
  );
}

function isCommand(command: unknown): boolean {
  if (!isObject(command)) return false;
  const { run, outputs, version } = command;
  return (isString(run) || isStrings(run)) && isStrings(outputs) && isOptional(version, isString);
}

/** The facts of one runtime (scheme 1), or of all of them by name. */
function isFacts(value: unknown): boolean {
  return isRecordOf(value, isString) || isRecordOf(value, (facts) => isRecordOf(facts, isString));
}

function isOutput(name: string, output: unknown): boolean {
  if (!isObject(output)) return false;
  const { digest, kind, file, files, bytes } = output;
  return (
    isDigestText(digest) &&
    (kind === 'file' || kind === 'directory') &&
    isString(file) &&
    // The name becomes part of a path when the output is exported.
    isOutputFile(file) &&
    file.split('.', 1)[0] === name &&
    isCount(files) &&
    isCount(bytes)
  );
}

function isProvenance(provenance: unknown): boolean {
  if (!isObject(provenance)) return false;
  const { stage, module, run, finished, seconds, usage, modules, node, platform, machine } = provenance;
  return (
    [stage, module, run, node, platform].every(isString) &&
    isTime(finished) &&
    isNumber(seconds) &&
    isOptional(usage, isUsage) &&
    isRecordOf(modules, isString) &&
    isOptional(machine, (runtimes) => isRecordOf(runtimes, (facts) => isRecordOf(facts, isString)))
  );
}

function isUsage(usage: unknown): boolean {
  return isObject(usage) && isCount(usage['peakMemory']) && isNumber(usage['cpuSeconds']);
}

function isRecordOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return isObject(value) && Object.values(value).every(isItem);
}

function isDigestText(value: unknown): boolean {
  return isString(value) && isDigest(value);
}

function isTime(value: unknown): boolean {
  return isString(value) && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value));
}
