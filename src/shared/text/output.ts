import { withNonFinite } from '../non-finite.ts';
import { toTerminal } from './style.ts';
import { visibleJson } from './visible.ts';

interface Stream {
  write(text: string): unknown;
}

// Nothing else writes to stdout and stderr, so that no text from outside gets there as it is.

/** Writes text for people; see `toTerminal`. */
export function writeText(stream: Stream, text: string): void {
  stream.write(toTerminal(text));
}

/** Writes a value as one line of JSON. NaN and infinite numbers become text. */
export function writeJson(stream: Stream, value: object): void {
  stream.write(`${visibleJson(JSON.stringify(value, withNonFinite))}\n`);
}
