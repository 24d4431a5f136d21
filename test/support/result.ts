import type { Result } from '../../src/shared/problem.ts';

/** Returns the value of a result; throws if it is a failure. */
export function unwrap<Value>(result: Result<Value, unknown>): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}
