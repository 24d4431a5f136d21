/** The shells with a completion script in `scripts/`. */
export const SHELLS: readonly string[] = ['bash', 'zsh', 'fish'];
