import { isWrittenNumber } from '../../shared/non-finite.ts';
import type { HostMessage } from './protocol.ts';

/**
 * Returns the message in a line that a stage's process wrote. Returns nothing if it is none: the descriptor is open to
 * the stage and to native code, and whatever they write there by mistake must not end the runner.
 */
export function readMessage(line: string): HostMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isObject(value) && isMessage(value) ? (value as HostMessage) : undefined;
}

function isMessage(value: Fields): boolean {
  switch (value['type'] as HostMessage['type']) {
    case 'done':
      return true;
    case 'log':
      return typeof value['message'] === 'string';
    case 'progress':
      return isObject(value['progress']) && isNumber(value['progress']['done']) && isNumber(value['progress']['total']);
    case 'metrics':
      return isObject(value['values']) && Object.values(value['values']).every(isWrittenNumber);
    case 'saving':
      return typeof value['active'] === 'boolean';
    case 'loading':
      return isNumber(value['bundle']);
    case 'unfinished':
      return Array.isArray(value['open']) && value['open'].every(isString);
    case 'described':
      return Array.isArray(value['descriptions']);
    case 'reported':
      return isStageFailure(value['failure']);
    case 'threw':
      return isObject(value['error']) && isString(value['error']['message']) && isString(value['error']['stack']);
    default:
      return false;
  }
}

/** Whether a value is what `badInput` and `failed` return. */
export function isStageFailure(value: unknown): boolean {
  if (!isObject(value) || (value['kind'] !== 'bad-input' && value['kind'] !== 'failed')) return false;
  const { problems } = value as { problems?: unknown };
  return Array.isArray(problems) && problems.every((problem) => isObject(problem) && isString(problem['message']));
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
