import type { RunResult } from '../execute/events.ts';

/** Exit codes, as DESIGN fixes them. */
export const EXIT = { ok: 0, stageFailed: 1, badInput: 2, difference: 3, interrupted: 130 } as const;

/** What a run's result means for whoever called the command. */
export function exitCodeOf(result: RunResult): number {
  if (result.cancelled) return EXIT.interrupted;
  const failures = result.stages.flatMap((stage) => (stage.outcome === 'failed' ? [stage.failure.kind] : []));
  if (failures.length === 0) return result.ok ? EXIT.ok : EXIT.stageFailed;
  if (failures.every((kind) => kind === 'difference')) return EXIT.difference;
  return failures.every((kind) => kind === 'bad-input') ? EXIT.badInput : EXIT.stageFailed;
}
