/** A flush takes about a millisecond a file, so this many a second take up to a tenth of the time of the stage. */
const FILES_PER_SECOND = 100;

/**
 * Returns whether a result should survive a power failure right after it was kept. That is worth the wait for the disk
 * only if computing it again takes far longer.
 */
export function isWorthFlushing(seconds: number, files: number): boolean {
  return seconds >= 1 && files <= seconds * FILES_PER_SECOND;
}
