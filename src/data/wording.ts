/** `1 row`, `312 rows`. */
export function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** Why something was thrown, in words for a message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return isMissing(error) ? 'there is no such file or folder' : error.message;
}

/** Whether an error of the file system says that a path leads nowhere. */
export function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
