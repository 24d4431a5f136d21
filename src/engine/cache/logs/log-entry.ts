import { parseJson } from '../../../shared/parse-json.ts';
import type { LogSource } from '../../execute/protocol.ts';

const SOURCES: readonly unknown[] = ['log', 'stdout', 'stderr'] satisfies readonly LogSource[];
const OUTCOMES: readonly unknown[] = ['succeeded', 'failed', 'interrupted'] satisfies readonly AttemptOutcome[];

/** How an attempt to run a stage ended. */
export type AttemptOutcome = 'succeeded' | 'failed' | 'interrupted';

/** An entry of the log of an attempt: one line of JSON. */
export type LogEntry = { readonly time: string } & (
  | { readonly type: 'started'; readonly stage: string }
  /** `message` may have several lines. */
  | { readonly type: LogSource; readonly message: string }
  /** `message`: why it failed, with the stack of an error. */
  | { readonly type: 'ended'; readonly outcome: AttemptOutcome; readonly message?: string }
);

/** Reads an entry; returns nothing if it is none: others may be able to write the cache. */
export function parseLogEntry(line: string): LogEntry | undefined {
  const value: unknown = parseJson(line)?.value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { time, type, stage, message, outcome } = value as Readonly<Record<string, unknown>>;
  const isEntry =
    typeof time === 'string' &&
    !Number.isNaN(Date.parse(time)) &&
    ((type === 'started' && typeof stage === 'string') ||
      (SOURCES.includes(type) && typeof message === 'string') ||
      (type === 'ended' && OUTCOMES.includes(outcome) && ['string', 'undefined'].includes(typeof message)));
  return isEntry ? (value as LogEntry) : undefined;
}
