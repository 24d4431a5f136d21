import type { Problem } from '../../../shared/problem.ts';

const MAX_SHOWN = 20;

/** Returns the first 20 problems, and how many `more` there are (a plural noun): nobody reads 80,000 lines. */
export function limitProblems(problems: readonly Problem[], more: string): readonly Problem[] {
  if (problems.length <= MAX_SHOWN) return problems;
  return [...problems.slice(0, MAX_SHOWN), { message: `and ${problems.length - MAX_SHOWN} more ${more}` }];
}
