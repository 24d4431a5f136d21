/** Exit codes, as DESIGN fixes them. */
export const EXIT = { ok: 0, stageFailed: 1, badInput: 2, difference: 3, interrupted: 130 } as const;
