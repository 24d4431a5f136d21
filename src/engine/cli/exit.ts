import type { RunResult } from '../execute/events.ts';

/** The exit codes of the command. They are part of its interface. */
export const EXIT = { ok: 0, stageFailed: 1, badInput: 2, difference: 3, interrupted: 130 } as const;

/** Returns the exit code for the result of a run. */
export function exitCodeOf(result: RunResult): number {
  if (result.cancelled) return EXIT.interrupted;
  const failures = result.stages.flatMap((stage) => (stage.outcome === 'failed' ? [stage.failure.kind] : []));
  if (failures.length === 0) return result.ok ? EXIT.ok : EXIT.stageFailed;
  if (failures.every((kind) => kind === 'difference')) return EXIT.difference;
  return failures.every((kind) => kind === 'bad-input') ? EXIT.badInput : EXIT.stageFailed;
}
