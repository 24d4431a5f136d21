/** The same shapes as src/problem.ts, which plain JavaScript cannot import before it is built. */

/** @import { Problem } from '../../src/shared/problem.ts' */

/**
 * @template Value
 * @param {Value} value
 * @returns {{ readonly ok: true, readonly value: Value }}
 */
export function success(value) {
  return { ok: true, value };
}

/**
 * @param {string} message
 * @param {string} [advice]
 * @returns {{ readonly ok: false, readonly failure: readonly Problem[] }}
 */
export function problem(message, advice) {
  return { ok: false, failure: [advice === undefined ? { message } : { message, advice }] };
}
