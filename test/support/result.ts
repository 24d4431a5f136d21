import type { Result } from '../../src/shared/problem.ts';

/** The value of a result that has to be there. */
export function unwrap<Value>(result: Result<Value, unknown>): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}
