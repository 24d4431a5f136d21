import type { StateMeaning } from '../../plan/queue-commands.ts';
import type { JobState } from './scheduler.ts';

type Meaning = Pick<JobState, 'phase' | 'ended'>;

const MEANINGS: Readonly<Record<StateMeaning, Meaning>> = {
  queued: { phase: 'queued' },
  running: { phase: 'running' },
  ended: { phase: 'ended', ended: 'unknown' },
  succeeded: { phase: 'ended', ended: 'succeeded' },
  failed: { phase: 'ended', ended: 'exited' },
  'out-of-memory': { phase: 'ended', ended: 'out-of-memory' },
  'out-of-time': { phase: 'ended', ended: 'out-of-time' },
  preempted: { phase: 'ended', ended: 'preempted' },
  'node-failed': { phase: 'ended', ended: 'node-failed' },
  cancelled: { phase: 'ended', ended: 'cancelled' },
};

/** Words that mean the same in every queue that has them: Grid Engine, PBS, LSF, AWS Batch, task-spooler and others. */
const WORDS: readonly (readonly [StateMeaning, readonly string[]])[] = [
  ['queued', ['qw', 'hqw', 'hRwq', 'Rq', 'Q', 'H', 'W', 'PD', 'PEND', 'PSUSP', 'WAIT']],
  ['queued', ['PENDING', 'QUEUED', 'WAITING', 'SUBMITTED', 'RUNNABLE', 'STARTING', 'HELD']],
  ['running', ['r', 't', 'Rr', 'Rt', 's', 'S', 'T', 'dr', 'dt', 'R', 'E', 'B', 'RUN', 'USUSP', 'SSUSP', 'RUNNING']],
  ['ended', ['C', 'F', 'X', 'FINISHED']],
  ['succeeded', ['DONE', 'SUCCEEDED', 'COMPLETED']],
  ['failed', ['EXIT', 'FAILED', 'Eqw', 'Ehqw', 'ERROR']],
  ['cancelled', ['CANCELLED', 'CANCELED', 'CA']],
];

const USUAL = new Map(WORDS.flatMap(([meaning, words]) => words.map((word) => [word, meaning] as const)));

/** Returns what the word of a queue for the state of a job means. `own`: the meanings that the pipeline file declares. */
export function meaningOf(word: string, own: Readonly<Record<string, StateMeaning>>): Meaning {
  const meaning =
    (Object.hasOwn(own, word) ? own[word] : undefined) ?? USUAL.get(word) ?? USUAL.get(word.toUpperCase());
  return meaning === undefined ? { phase: 'unknown' } : MEANINGS[meaning];
}

/** A line that the `status` command of a queue has printed. */
export interface StatusLine {
  readonly id: string;
  readonly word: string;
  readonly reason: string;
}

/** Reads `ID STATE REASON…` from each line. Lines with less are headers, or are empty. */
export function parseStatus(text: string): readonly StatusLine[] {
  return text.split('\n').flatMap((line): StatusLine[] => {
    const [id, word, ...reason] = line.trim().split(/\s+/);
    return id && word ? [{ id, word, reason: reason.join(' ') }] : [];
  });
}
