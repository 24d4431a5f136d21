/** Runs a best-effort action: ignores errors of the file system, rethrows all others. */
export function quietly(action: () => void): void {
  try {
    action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}
