/** Runs an action that only helps: a cache that cannot be written loses it and goes on. Bugs are thrown on. */
export function quietly(action: () => void): void {
  try {
    action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}
