import type { Place, Problem } from '../../shared/problem.ts';
import type { Digest } from '../fingerprint/digest.ts';
import type { ContentDifference } from './content-difference.ts';

/** An output whose content is not what the lockfile says. */
export interface Difference {
  readonly stage: string;
  readonly output: string;
  /** The file name of the output: `predictions.csv`. */
  readonly file: string;
  readonly expected: Digest;
  readonly found: Digest;
  /** Whether it was taken from the cache, and not made now. */
  readonly cached: boolean;
  /** Unknown where the expected content isn't in the cache: then only digests could be compared. */
  readonly first: ContentDifference | undefined;
}

/** Why a stage has no result. */
export type FailureReason =
  /** The data or params that the stage was given have to change. */
  | { readonly kind: 'bad-input'; readonly problems: readonly Problem[] }
  /** The stage itself says that it could not do its work. */
  | { readonly kind: 'reported'; readonly problems: readonly Problem[] }
  | {
      readonly kind: 'threw';
      readonly message: string;
      readonly at?: Place;
      readonly stack: string;
      readonly advice?: string;
    }
  /** Its process ended without a word. */
  | { readonly kind: 'crashed'; readonly how: string; readonly output: string }
  /** It took longer than its `timeout`. */
  | { readonly kind: 'timed-out'; readonly seconds: number }
  | { readonly kind: 'bad-output'; readonly problems: readonly Problem[] }
  /** Only cached results were allowed (`--only`). */
  | { readonly kind: 'not-cached'; readonly problems: readonly Problem[] }
  | { readonly kind: 'cache'; readonly problems: readonly Problem[] }
  /** It has a result, but not the one that the lockfile names. */
  | { readonly kind: 'difference'; readonly differences: readonly Difference[] };
