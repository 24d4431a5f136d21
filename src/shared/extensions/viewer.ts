import type { FoundFile } from '../files.ts';
import type { Json } from '../json.ts';
import type { View } from './view.ts';

/** A file or directory to inspect. */
export interface Viewed {
  /** Absolute. Content in the cache has no extension. */
  readonly path: string;
  /** The file name that the stage gave it: `predictions.csv`. */
  readonly name: string;
  readonly kind: 'file' | 'directory';
  /** The size of a file, or the total size of the files in a directory. */
  readonly bytes: number;
  /** The first bytes of a file; empty for a directory. */
  readonly head: Uint8Array;
  /** All files of a directory, sorted by path; empty for a file. */
  readonly files: readonly FoundFile[];
  /** Parses the file, once for all viewers. Returns nothing if it is not JSON, or too large to be parsed. */
  json(): { readonly value: Json } | undefined;
}

/** The result of a viewer: a plain object, so that another viewer can copy and extend it. */
export interface Inspection {
  /** The `content` that `inspect --json` prints; `kind` names the viewer's kind of artifact. */
  readonly content: { readonly kind: string };
  /** Returns the lines for the terminal. */
  readonly describe: (view: View) => readonly string[];
  /** Returns the lines that list the files of a directory. They come after what other viewers add to `describe`. */
  readonly listFiles?: (view: View) => readonly string[];
}

/** Inspects one kind of artifact. Viewers are tried in the order of registration, the engine's own last. */
export interface Viewer {
  /**
   * Inspects an artifact.
   *
   * @param others inspects it with the viewers after this one, for a viewer that only extends their result.
   * @returns nothing if the artifact is not of this viewer's kind.
   */
  inspect(viewed: Viewed, others: () => Promise<Inspection>): Promise<Inspection | undefined>;
}
