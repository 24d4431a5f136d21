import { openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HookSettings, Note, NoteKind } from './note.ts';

/** Enough for the code of a stage to be among the callers of what a package does for it. */
const FRAMES = 60;
/** The frames of the hook below `note`, those of functions of the language that call back, and that of the caller. */
const FIRST_FRAMES = 6;
/** A stage that reads many files would otherwise fill the disk. */
const MOST_NOTES = 20_000;

const HOOK = fileURLToPath(import.meta.url);

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
    const caller = this.#caller();
    // Node's own code asks for its own purposes, and for those of a caller who is noted elsewhere.
    if (caller === undefined || caller.startsWith('node:')) return;
    const id = `${kind} ${subject} ${caller}`;
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    const note: Note = { kind, subject, stack: this.#stack() };
    writeSync(this.#descriptor, `${JSON.stringify(note)}\n`);
  }

  /** Returns the file and the position of the code that asks. Fast, since it may ask a million times. */
  #caller(): string | undefined {
    let caller: string | undefined;
    this.#capture(FIRST_FRAMES, (_error, sites) => {
      const site = sites.find((each) => !isHook(each.getScriptNameOrSourceURL()));
      caller = site && `${site.getScriptNameOrSourceURL()}:${site.getPosition()}`;
      return '';
    });
    return caller;
  }

  #stack(): string {
    const lines = this.#capture(FRAMES).split('\n').slice(1);
    return lines.filter((line) => !isHook(line) && !line.includes('<anonymous>)')).join('\n');
  }

  /** Returns the stack below `note` as `prepare` makes it, without what the stage has set up for stacks. */
  #capture(most: number, prepare?: typeof Error.prepareStackTrace): string {
    const { stackTraceLimit, prepareStackTrace } = Error;
    const holder: { readonly stack?: string } = {};
    Error.stackTraceLimit = most;
    setPrepare(prepare);
    Error.captureStackTrace(holder, this.note);
    const { stack = '' } = holder;
    Error.stackTraceLimit = stackTraceLimit;
    setPrepare(prepareStackTrace);
    return stack;
  }
}

function setPrepare(prepare?: typeof Error.prepareStackTrace): void {
  if (prepare === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
  else Error.prepareStackTrace = prepare;
}

/** Whether a frame is one of the hook, or of a function of the language, which has no file. */
function isHook(file: string | null): boolean {
  return file === null || file === '' || file.includes(HOOK);
}
