/** The location of a problem. `line` and `column` count from 1. */
export interface Place {
  /** The path of the file, as the message shows it. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** The number of characters from `column` that the problem covers. */
  readonly length?: number;
}

/** Something that the user has to fix: what is wrong, where, and what to do next. */
export interface Problem {
  /** What is wrong, in a line: what was expected and what was found. */
  readonly message: string;
  /** Where it is; absent if it is in no file. */
  readonly at?: Place;
  /** What to do next; a line break begins another line of it. */
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
