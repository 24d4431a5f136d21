import type { Json } from '../../shared/json.ts';
import { label } from './matrix.ts';

export interface ValueFault {
  readonly message: string;
  readonly advice: string;
}

/**
 * Returns what is wrong with the values of a dimension.
 *
 * @param subject what has them, such as `"matrix.seed" of stage "train"`.
 * @param advice what to do, where that differs from what the pipeline file needs.
 */
export function faultsOf(values: Json, subject: string, advice?: string): ValueFault[] {
  if (!Array.isArray(values)) {
    const shown = shorten(JSON.stringify(values));
    return [{ message: `${subject} must be a list, but is ${shown}`, advice: advice ?? `Write a list: [${shown}].` }];
  }
  if (values.length === 0) {
    return [{ message: `${subject} is an empty list`, advice: advice ?? 'Add at least one value.' }];
  }
  const faults: ValueFault[] = [];
  const seen = new Set<string>();
  for (const value of values as readonly Json[]) {
    // JSON has numbers such as 1e999, which are read as infinite.
    if (
      value === null ||
      typeof value === 'object' ||
      value === Number.POSITIVE_INFINITY ||
      value === Number.NEGATIVE_INFINITY
    ) {
      faults.push({
        message: `${subject} has the invalid value ${typeof value === 'number' ? value : shorten(JSON.stringify(value))}`,
        advice: advice ?? 'Only strings, numbers, true and false are allowed.',
      });
      continue;
    }
    const written = label(value);
    if (seen.has(written))
      faults.push({
        message: `${subject} has the value ${shorten(written)} twice`,
        advice: advice ?? 'Remove one of them.',
      });
    seen.add(written);
  }
  return faults;
}

/** The maximum number of characters that a message shows of a value. */
const MOST_SHOWN = 200;

function shorten(text: string): string {
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`;
}
