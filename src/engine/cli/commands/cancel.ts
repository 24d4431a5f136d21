import { plural } from '../../../shared/text/format.ts';
import { cacheCommandLineFor } from '../command-line.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';
import { noteEnd, requireSubmission, submissionNotes } from '../submission-notes.ts';
import { openJobsOf } from '../submitted-jobs.ts';

/** `pipeline cancel`: cancels the jobs of a run. What their stages have saved is kept. */
export async function cancel(text: string | undefined, options: CommonOptions): Promise<number> {
  const project = findProject(options);
  const found = requireSubmission(project, text, cacheCommandLineFor(options));
  if (!found.ok) return reportProblems(found.failure, options);
  // A run that has planned again has jobs of several plans.
  const notes = submissionNotes(project).filter(({ run }) => run === found.value.run);
  const plans = notes.map(({ plan }) => plan);
  let count = 0;
  for (const plan of plans) {
    const open = await openJobsOf(plan, project);
    if (!open.ok) return reportProblems(open.failure, options);
    for (const { jobs, cancel } of open.value) {
      const cancelled = await cancel();
      if (!cancelled.ok) return reportProblems(cancelled.failure, options);
      count += jobs.length;
    }
  }
  if (count > 0) noteEnd(project, plans, 'cancelled');
  const console = openConsole(options);
  console.printJson({ type: 'jobs-cancelled', run: found.value.run, jobs: count });
  console.print(
    count === 0
      ? `run ${found.value.run} has no jobs any more`
      : `cancelled ${plural(count, 'job')} of run ${found.value.run}`,
  );
  return EXIT.ok;
}
