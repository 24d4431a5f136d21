/** Runs a best-effort action: ignores errors of the file system, throws all others again. */
export function quietly(action: () => void): void {
  try {
    action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}
