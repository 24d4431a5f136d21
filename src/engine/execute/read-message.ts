import { isWrittenNumber } from '../../shared/non-finite.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { type Fields, isNumber, isOptional, isString, isStrings } from '../../shared/shapes.ts';
import type { HostMessage } from './protocol.ts';

/**
 * Returns the message in a line that a stage's process wrote. Returns nothing if it is none: the descriptor is open to
 * the stage and to native code, and whatever they write there by mistake must not end the runner.
 */
export function readMessage(line: string): HostMessage | undefined {
  const value: unknown = parseJson(line)?.value;
  return isObject(value) && isMessage(value) ? (value as HostMessage) : undefined;
}

function isMessage(value: Fields): boolean {
  switch (value['type'] as HostMessage['type']) {
    case 'done':
      return isOptional(value['mistake'], isString);
    case 'log':
      return isString(value['message']) && value['source'] === undefined;
    case 'progress':
      return isObject(value['progress']) && isProgress(value['progress']);
    case 'metrics':
      return isObject(value['values']) && Object.values(value['values']).every(isWrittenNumber);
    case 'saving':
      return typeof value['active'] === 'boolean';
    case 'loading':
      return isNumber(value['bundle']);
    case 'unfinished':
      return Array.isArray(value['open']) && value['open'].every(isString);
    case 'described':
      return Array.isArray(value['descriptions']) && value['descriptions'].every(isDescription);
    case 'reported':
      return isStageFailure(value['failure']);
    case 'threw':
      return isThrown(value['error']);
    default:
      return false;
  }
}

/** Whether a value is what `badInput` and `failed` return. */
export function isStageFailure(value: unknown): boolean {
  if (!isObject(value) || (value['kind'] !== 'bad-input' && value['kind'] !== 'failed')) return false;
  const { problems } = value as { problems?: unknown };
  return Array.isArray(problems) && problems.every(isProblem);
}

/** Whether a value is a `Problem`. */
export function isProblem(problem: unknown): boolean {
  if (!isObject(problem) || !isString(problem['message'])) return false;
  const { at, advice } = problem;
  return isOptional(at, isPlace) && isOptional(advice, isString);
}

/** Whether a value is a `Place`. */
export function isPlace(place: unknown): boolean {
  if (!isObject(place) || !isString(place['file'])) return false;
  // JSON has null for a number that is not finite.
  return ['line', 'column', 'length'].every((part) => isOptional(place[part] ?? undefined, isNumber));
}

/** Whether these are the fields of a stage's progress. */
export function isProgress({ done, total, unit, note }: Fields): boolean {
  return isNumber(done) && isNumber(total) && isOptional(unit, isString) && isOptional(note, isString);
}

function isDescription(description: unknown): boolean {
  if (!isObject(description)) return false;
  const { ok, interface: declared, error, notAStage } = description;
  if (ok === true) return isObject(declared) && isStrings(declared['inputs']) && isStrings(declared['outputs']);
  return isString(notAStage) || isThrown(error);
}

function isThrown(error: unknown): boolean {
  return isObject(error) && isString(error['message']) && isString(error['stack']) && isStrings(error['causes']);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
