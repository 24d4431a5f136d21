import type { FoundFile } from '../files.ts';
import type { Json } from '../json.ts';
import type { View } from './view.ts';

/** A file or directory that somebody wants to look into. */
export interface Viewed {
  /** Absolute. Content in the cache has no extension. */
  readonly path: string;
  /** How the stage called it: `predictions.csv`. */
  readonly name: string;
  readonly kind: 'file' | 'directory';
  /** The size of a file; of a directory the sum of its files. */
  readonly bytes: number;
  /** The first bytes of a file; empty for a directory. */
  readonly head: Uint8Array;
  /** All files of a directory, sorted by path; empty for a file. */
  readonly files: readonly FoundFile[];
  /** Parses the file, once for all viewers. Returns nothing if it is not JSON, or too large to be parsed. */
  json(): { readonly value: Json } | undefined;
}

/** What a viewer found: an object of functions and data, so that another viewer can copy it and add to it. */
export interface Inspection {
  /** The `content` that `inspect --json` prints; `kind` names the viewer's kind of artifact. */
  readonly content: { readonly kind: string };
  /** Returns the lines that people read. */
  readonly describe: (view: View) => readonly string[];
  /** Returns the lines that list the files of a directory. They come last: after what other viewers add to `describe`. */
  readonly listFiles?: (view: View) => readonly string[];
}

/** Knows one kind of artifact. Viewers are asked in the order in which they are registered, the engine's own last. */
export interface Viewer {
  /**
   * Looks into an artifact.
   *
   * @param others asks the viewers after this one, for a viewer that only adds to what they say.
   * @returns nothing if the artifact is not of this viewer's kind.
   */
  inspect(viewed: Viewed, others: () => Promise<Inspection>): Promise<Inspection | undefined>;
}
