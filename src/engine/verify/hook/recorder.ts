import { openSync, writeSync } from 'node:fs';
import type { HookSettings, Note, NoteKind } from './note.ts';

/** Enough for the code of a stage to be among the callers of what a package does for it. */
const FRAMES = 60;
/** A stage that reads many files would otherwise fill the disk. */
const MOST_NOTES = 20_000;

/** Writes down what is asked for, once for each line of code that asks. */
export class Recorder {
  readonly #descriptor: number;
  readonly #own: readonly string[];
  readonly #seen = new Set<string>();
  /** What is done to take a note is not noted. */
  #isBusy = false;

  constructor({ notes, own }: HookSettings) {
    this.#descriptor = openSync(notes, 'a', 0o600);
    this.#own = own.map((folder) => `${folder}/`);
  }

  note(kind: NoteKind, subject: () => string | undefined): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      this.#take(kind, subject());
    } finally {
      this.#isBusy = false;
    }
  }

  #take(kind: NoteKind, subject: string | undefined): void {
    if (subject === undefined || this.#seen.size >= MOST_NOTES) return;
    if (kind === 'file' && this.#own.some((folder) => `${subject}/`.startsWith(folder))) return;
    const caller = callers(FIRST_FRAMES)[0];
    // Node's own code asks for its own purposes, and for those of a caller who is noted elsewhere.
    if (caller === undefined || /\(?node:[\w/]+:\d+/.test(caller)) return;
    const id = `${kind} ${subject} ${caller}`;
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    const note: Note = { kind, subject, stack: callers(FRAMES).join('\n') };
    writeSync(this.#descriptor, `${JSON.stringify(note)}\n`);
  }
}

/** The frames of the hook itself, which come first, and one more. */
const FIRST_FRAMES = 12;

/** Returns the lines of the stack that are not those of the hook, nor of functions that are part of the language. */
function callers(most: number): string[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = most;
  // A stage may have its own.
  Reflect.deleteProperty(Error, 'prepareStackTrace');
  const { stack = '' } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  if (prepareStackTrace !== undefined) Error.prepareStackTrace = prepareStackTrace;
  const lines = stack.split('\n').slice(1);
  return lines.filter((line) => !line.includes(import.meta.url) && !line.includes('<anonymous>)'));
}
