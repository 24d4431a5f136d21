/** A part of a file. */
export interface Segment {
  /** The index of the file. */
  readonly file: number;
  readonly start: number;
  readonly bytes: number;
}

/** The parts of files that one blob holds: several whole files, or a part of one. */
export type Cut = readonly Segment[];

/** A blob has at most this size, so that it is transferred in parallel with others, and repeated for little. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Smaller files go together into one blob, since a request takes as long as a small file. */
const SMALL = 4 * 1024 * 1024;
/** The size up to which a blob collects small files. It is in memory as a whole. */
const PACK = 8 * 1024 * 1024;

/**
 * Divides files with these sizes, in their order, into blobs. The same files give the same blobs on every machine, so
 * that what a server has already is not sent again: a large file that did not change has blobs of its own.
 */
export function cutsOf(sizes: readonly number[]): readonly Cut[] {
  const cuts: Cut[] = [];
  let pack: Segment[] = [];
  let packed = 0;
  const close = () => {
    if (pack.length > 0) cuts.push(pack);
    pack = [];
    packed = 0;
  };
  for (const [file, bytes] of sizes.entries()) {
    if (bytes === 0) continue;
    if (isSmall(bytes)) {
      if (packed + bytes > PACK) close();
      pack.push({ file, start: 0, bytes });
      packed += bytes;
      continue;
    }
    close();
    for (let start = 0; start < bytes; start += MOST_BYTES)
      cuts.push([{ file, start, bytes: Math.min(MOST_BYTES, bytes - start) }]);
  }
  close();
  return cuts;
}

export function bytesIn(cut: Cut): number {
  return cut.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Whether a file of this size goes together with others. */
export function isSmall(bytes: number): boolean {
  return bytes < SMALL;
}

/** Whether a blob is a part of a large file, which is never in memory as a whole. The last part may be tiny. */
export function isSlice(cut: Cut): cut is readonly [Segment] {
  const [first] = cut;
  return cut.length === 1 && first !== undefined && (first.start > 0 || !isSmall(first.bytes));
}
