import { plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { JobState } from '../execute/cluster/scheduler.ts';
import { when } from './runs.ts';

/** A job that is queued or running. */
export interface OpenJob {
  readonly stage: string;
  /** The name of the executor. */
  readonly executor: string;
  readonly state: JobState;
}

/** A run that has submitted jobs, and that nobody has followed to its end. */
export interface OpenRun {
  readonly run: string;
  /** When it last submitted jobs: ISO 8601. */
  readonly time: string;
  /** Absent if the queue does not answer. */
  readonly jobs: readonly OpenJob[] | undefined;
}

interface Printing {
  readonly now: Date;
  readonly paint: Paint;
  /** Formats a command for the same pipeline. */
  readonly command: (...words: readonly string[]) => string;
  /** Whether each job is listed. */
  readonly withJobs: boolean;
}

/** So many jobs are listed: those of a matrix are all alike. */
const MOST_JOBS = 10;

/** Says how many jobs of a run are queued and running, and how to go on with it. */
export function describeOpenRun({ run, time, jobs }: OpenRun, { now, paint, command, withJobs }: Printing): string {
  const submitted = `run ${run}, whose jobs were submitted ${when(time, now)}`;
  const attach = `${paint('cyan', '→')} ${command('attach', run)}`;
  if (jobs === undefined) return `${submitted}\n${attach}`;
  if (jobs.length === 0) return `${submitted}: they have ended\n${attach}   shows how`;
  const running = jobs.filter(({ state }) => state.phase === 'running').length;
  const counts = [
    ...(running > 0 ? [`${running} running`] : []),
    ...(running < jobs.length ? [`${jobs.length - running} queued`] : []),
  ];
  const listed = withJobs ? jobs.slice(0, MOST_JOBS).map(jobLine) : [];
  const more = withJobs && jobs.length > MOST_JOBS ? [`  and ${plural(jobs.length - MOST_JOBS, 'more job')}`] : [];
  return [`${submitted}: ${counts.join(', ')}`, ...listed, ...more, attach].join('\n');
}

function jobLine({ stage, executor, state: { id, phase, reason, nodes } }: OpenJob): string {
  const where = phase === 'running' && nodes.length > 0 ? ` on ${nodes.join()}` : '';
  const why = phase !== 'running' && reason !== '' ? ` (${reason})` : '';
  return `  ${stage}: job ${id} on "${executor}", ${phase === 'unknown' ? 'queued' : phase}${where}${why}`;
}

/** Returns a run for `--json`. `jobs` is null if the queue does not answer. */
export function openRunJson({ run, time, jobs }: OpenRun): object {
  const each = jobs?.map(({ stage, executor, state: { id, phase, word, reason, nodes } }) => {
    return { stage, executor, job: id, phase, state: word, reason, nodes };
  });
  return { type: 'submitted-run', run, submitted: time, jobs: each ?? null };
}
