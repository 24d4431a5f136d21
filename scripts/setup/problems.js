/** @import { Problem } from '../../src/shared/problem.ts' */

/** @param {readonly Problem[]} problems */
export function printProblems(problems) {
  for (const { message, advice } of problems) {
    console.error(`\n✗ ${message}${advice === undefined ? '' : `\n  → ${advice}`}`);
  }
}
