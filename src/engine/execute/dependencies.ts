import type { CompletedStage, StageResult } from './events.ts';

/** What the upstream stages of a stage have come to. */
export interface Dependencies {
  readonly completed: ReadonlyMap<string, CompletedStage>;
  /** The names of those that would run. */
  readonly wouldRun: readonly string[];
}

/** Sorts the results of the upstream stages of a stage; returns its own result if it cannot have another one. */
export function toDependencies(
  name: string,
  results: readonly (StageResult | undefined)[],
): Dependencies | StageResult {
  const idle = { name, seconds: 0, reasons: [] };
  const completed = new Map<string, CompletedStage>();
  const wouldRun: string[] = [];
  for (const result of results) {
    if (result === undefined) continue;
    switch (result.outcome) {
      case 'ran':
      case 'cached':
        completed.set(result.name, result);
        break;
      case 'would-run':
        wouldRun.push(result.name);
        break;
      case 'failed':
      case 'blocked':
        return { ...idle, outcome: 'blocked', by: result.outcome === 'blocked' ? result.by : result.name };
      case 'cancelled':
        return { ...idle, outcome: 'cancelled' };
      default:
        return result satisfies never;
    }
  }
  return { completed, wouldRun };
}
