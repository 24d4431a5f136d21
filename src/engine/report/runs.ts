import { columns, duration } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import { verdictOn } from '../cache/history/run-history.ts';
import type { RunRecord } from '../cache/records.ts';

/** Lists past runs, one per line. */
export function describeRuns(runs: readonly RunRecord[], now: Date, paint: Paint): string {
  const rows = runs.map((run) => [run.run, when(run.started, now), duration(run.seconds), ...verdictCells(run)]);
  const lines = columns([['run', 'when', 'took', 'end', 'stages'], ...rows]).split('\n');
  return lines.map((line, index) => painted(line, runs[index - 1], paint)).join('\n');
}

/** Counts the stages of a run by outcome. */
export function tally({ stages }: RunRecord): {
  readonly ran: number;
  readonly cached: number;
  readonly failed: number;
} {
  const number = (outcome: string) => stages.filter((stage) => stage.outcome === outcome).length;
  return { ran: number('ran'), cached: number('cached'), failed: number('failed') };
}

function verdictCells(run: RunRecord): string[] {
  const { ran, cached, failed } = tally(run);
  const counts: [number, string][] = [
    [ran, 'ran'],
    [cached, 'cached'],
    [failed, 'failed'],
    [run.stages.length - ran - cached - failed, 'not run'],
  ];
  return [verdictOn(run), counts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`])).join(', ')];
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
