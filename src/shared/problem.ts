/** The location of a problem. `line` and `column` count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** The number of characters from `column` that the problem covers. */
  readonly length?: number;
}

/** Something that the user has to fix: what is wrong, where, and what to do next. */
export interface Problem {
  readonly message: string;
  readonly at?: Place;
  readonly advice?: string;
}

/** The return value of a function that can fail for reasons outside the program. Exceptions are for bugs. */
export type Result<Value, Failure = readonly Problem[]> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure };

export function success<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function failure<Failure>(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure };
}

/** Returns a failure with exactly one problem. */
export function problem(message: string, more: Omit<Problem, 'message'> = {}) {
  return failure<readonly Problem[]>([{ message, ...more }]);
}

/** Removes duplicates: all stages of a matrix report the same problems. */
export function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((found) => [JSON.stringify(found), found])).values()];
}
