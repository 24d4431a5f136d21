import type { JobEnd, StartedJob, Work } from './job.ts';
import type { Clock } from './virtual-clock.ts';

/** Returns work that takes as long as `milliseconds` says, and ends at once when it is told to. */
export function simulatedWork(clock: Clock, milliseconds: (job: StartedJob) => number, atEnd: Work): Work {
  return async (job) => {
    const stopped = new AbortController();
    let end: JobEnd | undefined;
    job.onSignal((signal) => {
      if (signal !== 'SIGTERM' && signal !== 'SIGKILL') return;
      end = { kind: 'signalled', signal };
      stopped.abort();
    });
    await clock.sleep(milliseconds(job), stopped.signal).catch(() => undefined);
    return end ?? atEnd(job);
  };
}
