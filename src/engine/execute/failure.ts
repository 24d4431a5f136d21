import type { Place, Problem } from '../../shared/problem.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { ValueDifferences } from '../values/compare-values.ts';
import type { Conditions } from './conditions.ts';
import type { ContentDifference } from './content-difference.ts';

/** An output whose digest differs from the one in the lockfile. */
export interface Difference {
  readonly stage: string;
  readonly output: string;
  /** The file name of the output: `predictions.csv`. */
  readonly file: string;
  readonly expected: Digest;
  readonly found: Digest;
  /** Whether it came from the cache, rather than from this run. */
  readonly cached: boolean;
  /** Unknown if the expected content is not in the cache, so that only digests could be compared. */
  readonly first: ContentDifference | undefined;
  /** How far the values differ; absent if they were not compared. */
  readonly values?: ValueDifferences;
}

/** A result that is not byte-identical to the locked one, but within a tolerance of it. */
export interface Approximation {
  readonly differences: readonly Difference[];
  readonly conditions: Conditions;
  readonly tolerance: number;
}

/** Why a scheduler ended a job, or did not run it. */
export type JobFailure =
  | 'out-of-memory'
  | 'out-of-time'
  | 'preempted'
  | 'node-failed'
  | 'cancelled'
  | 'exited'
  | 'lost'
  | 'not-submitted';

/** Why a stage has no result. */
export type FailureReason =
  /** The input data or params of the stage are invalid. */
  | { readonly kind: 'bad-input'; readonly problems: readonly Problem[] }
  /** The stage returned a failure. */
  | { readonly kind: 'reported'; readonly problems: readonly Problem[] }
  | {
      readonly kind: 'threw';
      readonly message: string;
      /** The messages of the errors that caused it. */
      readonly causes: readonly string[];
      readonly at?: Place;
      /** With the stacks of its causes. */
      readonly stack: string;
      readonly advice?: string;
    }
  /** Its process ended without a result. */
  | { readonly kind: 'crashed'; readonly how: string; readonly output: string; readonly advice?: string }
  /** It used more memory than its `resources.memory`. Both in bytes. */
  | { readonly kind: 'out-of-memory'; readonly used: number; readonly limit: number }
  /** It exceeded its `timeout`. */
  | { readonly kind: 'timed-out'; readonly seconds: number }
  | { readonly kind: 'bad-output'; readonly problems: readonly Problem[] }
  /** Only cached results were allowed (`--only`). */
  | { readonly kind: 'not-cached'; readonly problems: readonly Problem[] }
  | { readonly kind: 'cache'; readonly problems: readonly Problem[] }
  /** Its job ended without saying how it went: the scheduler explains why. */
  | { readonly kind: 'job'; readonly cause: JobFailure; readonly problems: readonly Problem[] }
  /** Its result differs from the one in the lockfile. */
  | {
      readonly kind: 'difference';
      readonly differences: readonly Difference[];
      readonly conditions: Conditions;
      /** Set if the values were compared, too. */
      readonly tolerance?: number;
    };

/** Returns the message of an error with those of its causes, one a line. */
export function withCauses({
  message,
  causes,
}: {
  readonly message: string;
  readonly causes: readonly string[];
}): string {
  return [message, ...causes.map((cause) => `caused by: ${cause}`)].join('\n');
}
