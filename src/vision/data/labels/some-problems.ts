import type { Problem } from '../../../shared/problem.ts';

const LISTED = 20;

/** The first problems of a kind, and how many `more` of them there are: nobody reads 80,000 lines. */
export function someProblems(problems: readonly Problem[], more: string): readonly Problem[] {
  if (problems.length <= LISTED) return problems;
  return [...problems.slice(0, LISTED), { message: `and ${problems.length - LISTED} more ${more}` }];
}
