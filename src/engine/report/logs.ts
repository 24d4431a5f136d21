import { type Paint, printedLines } from '../../shared/text/style.ts';
import type { LogEntry } from '../cache/logs/log-entry.ts';
import type { StageAttempt } from '../cache/logs/log-files.ts';

/** Returns the line above the log of an attempt. */
export function attemptHeadline({ stage, attempt }: StageAttempt, run: string, time: string, paint: Paint): string {
  const when = `${time.slice(0, 19).replace('T', ' ')} UTC`;
  return `${paint('bold', stage)} · run ${run} · attempt ${attempt} · ${when}`;
}

/** Returns the lines of an entry, each with its time in UTC. */
export function logLines(entry: LogEntry, paint: Paint): readonly string[] {
  const time = paint('dim', new Date(entry.time).toISOString().slice(11, 23));
  switch (entry.type) {
    case 'started':
      return [];
    case 'log':
    case 'stdout':
    case 'stderr': {
      const source = paint(entry.type === 'stderr' ? 'yellow' : 'dim', entry.type.padEnd(6));
      return printedLines(entry.message, paint).map((line) => `${time} ${source} ${line}`);
    }
    case 'ended': {
      const { outcome, message } = entry;
      const colour = ({ succeeded: 'green', failed: 'red', interrupted: 'yellow' } as const)[outcome];
      const why = message === undefined ? [] : printedLines(message, paint);
      return [`${time} ${paint(colour, outcome)}`, ...why.map((line) => `${time} ${line}`)];
    }
    default:
      return entry satisfies never;
  }
}
