/** A file whose values are read. */
export interface ValueFile {
  /** Its path within an output, beginning with the file name of the output: `model/weights.bin`. */
  readonly name: string;
  /** Absolute. Content in the cache has no extension, while the files of a directory keep their names. */
  readonly path: string;
  /** Its first bytes. */
  readonly head: Uint8Array;
}

/** Numbers of the same kind: a tensor, a column, a curve. Differences are measured by the largest of them. */
export interface NumberGroup {
  readonly name: string;
  readonly values: ArrayLike<number>;
  /** Names the place of a value, where its index says too little: `row 3`. */
  readonly placeOf?: (index: number) => string;
}

/** What a file says. */
export interface FileValues {
  readonly numbers: readonly NumberGroup[];
  /** All that is not a number, by its place. */
  readonly others: ReadonlyMap<string, string>;
}

/**
 * Reads the values of one kind of file, so that results from other machines can be compared by value. Readers are tried
 * in the order of registration, the engine's own last.
 */
export interface ValueReader {
  /** Returns nothing if the file is not of this reader's kind, or corrupted: then its bytes are compared. */
  read(file: ValueFile): Promise<FileValues | undefined>;
}
