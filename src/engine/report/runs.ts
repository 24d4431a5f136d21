import { columns, duration } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import { verdictOn } from '../cache/history/run-history.ts';
import type { RunRecord } from '../cache/records.ts';

/** Lists past runs, one per line. */
export function describeRuns(runs: readonly RunRecord[], now: Date, paint: Paint): string {
  const rows = runs.map((run) => [run.run, when(run.started, now), took(run, now), ...verdictCells(run)]);
  const lines = columns([['run', 'when', 'took', 'end', 'stages'], ...rows]).split('\n');
  return lines.map((line, index) => painted(line, runs[index - 1], paint)).join('\n');
}

/** How long a killed run took is unknown. */
function took(run: RunRecord, now: Date): string {
  switch (verdictOn(run)) {
    case 'running':
      return duration((now.getTime() - Date.parse(run.started)) / 1000);
    case 'killed':
      return '?';
    default:
      return duration(run.seconds);
  }
}

/** Counts the stages of a run by outcome. */
export function tally({ stages }: RunRecord): {
  readonly ran: number;
  readonly cached: number;
  readonly failed: number;
} {
  return { ran: number('ran', stages), cached: number('cached', stages), failed: number('failed', stages) };
}

function number(outcome: string, stages: RunRecord['stages']): number {
  return stages.filter((stage) => stage.outcome === outcome).length;
}

function verdictCells(run: RunRecord): string[] {
  const words = ['ran', 'cached', 'failed', 'running', 'killed'];
  const counts = words.map((word) => [number(word, run.stages), word] as const);
  const others = run.stages.length - counts.reduce((sum, [count]) => sum + count, 0);
  const all = [...counts, [others, run.holder === undefined ? 'not run' : 'waiting'] as const];
  return [verdictOn(run), all.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`])).join(', ')];
}

function painted(line: string, run: RunRecord | undefined, paint: Paint): string {
  if (run === undefined) return paint('dim', line);
  switch (verdictOn(run)) {
    case 'ok':
      return line;
    case 'failed':
      return line.replace('  failed', `  ${paint('red', 'failed')}`);
    case 'interrupted':
      return line.replace('  interrupted', `  ${paint('yellow', 'interrupted')}`);
    case 'killed':
      return line.replace('  killed', `  ${paint('red', 'killed')}`);
    case 'running':
      return line.replace('  running', `  ${paint('cyan', 'running')}`);
  }
}

/** Returns `5 min ago`, `3 h ago` or, after a day, the date and time (UTC). */
export function when(time: string, now: Date): string {
  const seconds = (now.getTime() - Date.parse(time)) / 1000;
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return time.slice(0, 16).replace('T', ' ');
}
