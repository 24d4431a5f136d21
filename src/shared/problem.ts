/** Where something is wrong. `line` and `column` count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** How many characters from `column` on are meant. */
  readonly length?: number;
}

/** Something that a person has to mend: what is wrong, where, and what to do next. */
export interface Problem {
  readonly message: string;
  readonly at?: Place;
  readonly advice?: string;
}

/** What a function returns that can fail for reasons outside the program. Throwing is for bugs. */
export type Result<Value, Failure = readonly Problem[]> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure };

export function success<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function failure<Failure>(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure };
}

/** A failure of exactly one problem. */
export function problem(message: string, more: Omit<Problem, 'message'> = {}) {
  return failure<readonly Problem[]>([{ message, ...more }]);
}

/** Each problem once: the stages of a matrix share their faults. */
export function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((found) => [JSON.stringify(found), found])).values()];
}
