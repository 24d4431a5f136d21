import { withNonFinite } from '../non-finite.ts';
import { ciServiceOf, jsonWithoutCommands, withoutCommands } from './ci-service.ts';
import { toTerminal } from './style.ts';
import { visibleJson } from './visible.ts';

interface Stream {
  write(text: string): unknown;
}

const begun = new WeakSet<Stream>();
let onFirstUse: (stream: Stream) => void = () => undefined;

/** Has `action` called with each stream before it is first written to: to create stderr takes a millisecond or two. */
export function beforeFirstUse(action: (stream: Stream) => void): void {
  onFirstUse = action;
}

/** Called with a stream before it is written to in another way. */
export function begin(stream: Stream): void {
  if (begun.has(stream)) return;
  begun.add(stream);
  onFirstUse(stream);
}

// Nothing else writes to stdout and stderr, so that no text from outside gets there as it is.

/** Writes text for people; see `printable`. */
export function writeText(stream: Stream, text: string): void {
  begin(stream);
  stream.write(printable(text));
}

/** Returns text as it may reach a terminal, or the log of a CI job; see `toTerminal` and `withoutCommands`. */
export function printable(text: string): string {
  return withoutCommands(toTerminal(text), ciServiceOf(process.env));
}

/** Writes a command to the log of a CI service as it is. No text from outside may be in it unless it is escaped. */
export function writeLogCommand(stream: Stream, command: string): void {
  begin(stream);
  stream.write(command);
}

/** Writes a value as one line of JSON. NaN and infinite numbers become text. */
export function writeJson(stream: Stream, value: object): void {
  begin(stream);
  const json = visibleJson(JSON.stringify(value, withNonFinite));
  stream.write(`${jsonWithoutCommands(json, ciServiceOf(process.env))}\n`);
}
