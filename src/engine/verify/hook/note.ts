/** What a stage asks Node for that its action key does not cover. */
export type NoteKind = 'file' | 'environment' | 'clock' | 'random' | 'machine' | 'process' | 'network' | 'program';

/** One kind of request from one line of code. One line of JSON each. */
export interface Note {
  readonly kind: NoteKind;
  /** What was asked for: an absolute path, the name of a variable, `Date.now()`. */
  readonly subject: string;
  /** The stack of the call, which begins with the caller. Its lines refer to the bundle. */
  readonly stack: string;
}

/** What the hook is told, as JSON. */
export interface HookSettings {
  /** The file to which notes are appended. Absolute. */
  readonly notes: string;
  /** Folders in which the stage may do what it likes, so that nothing is noted about files in them. Absolute. */
  readonly own: readonly string[];
}
