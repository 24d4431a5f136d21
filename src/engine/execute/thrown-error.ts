import { inspect, types } from 'node:util';
import { limitOf } from '../../shared/limits.ts';
import type { ThrownError } from './protocol.ts';
import { sourceStack } from './source-stack.ts';

/** An error may be its own cause, and an AggregateError may have thousands. */
const MOST_CAUSES = 20;
const BRIEFLY = { depth: 1, maxArrayLength: 3, maxStringLength: 200, breakLength: Number.POSITIVE_INFINITY };

/** Describes what a stage threw, with the errors that caused it: `fetch failed` alone says nothing. */
export function toThrown(thrown: unknown): ThrownError {
  if (!types.isNativeError(thrown)) return { message: textOf(thrown), stack: '', causes: [] };
  const causes = causesOf(thrown);
  const stacks = [thrown, ...causes].map((error) => sourceStack(stackOf(error)));
  const code = [thrown, ...causes].filter(types.isNativeError).map(limitOf).find(isText);
  return {
    message: messageOf(thrown),
    stack: stacks.join('\ncaused by: '),
    causes: causes.map(messageOf),
    ...(code !== undefined && { code }),
  };
}

/** Returns the causes of an error, those of its causes, and the errors of an AggregateError, in this order. */
function causesOf(thrown: Error): unknown[] {
  const seen = new Set<unknown>([thrown]);
  for (const error of seen) {
    if (!types.isNativeError(error)) continue;
    const { cause, errors } = error as Error & { readonly errors?: unknown };
    for (const next of [cause, ...(Array.isArray(errors) ? errors : [])])
      if (next !== undefined && next !== null && seen.size <= MOST_CAUSES) seen.add(next);
  }
  return [...seen].slice(1);
}

/** Node's own errors of several connection attempts have a code and no message. */
function messageOf(error: unknown): string {
  if (!types.isNativeError(error)) return textOf(error);
  return (
    [error.message, (error as NodeJS.ErrnoException).code, error.name].find((text) => isText(text) && text !== '') ?? ''
  );
}

function stackOf(error: unknown): string {
  return types.isNativeError(error) && isText(error.stack) ? error.stack : textOf(error);
}

function textOf(value: unknown): string {
  return isText(value) ? value : inspect(value, BRIEFLY);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
