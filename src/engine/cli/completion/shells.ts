/** The shells for which there is a script in completions/. */
export const SHELLS: readonly string[] = ['bash', 'zsh', 'fish'];
