import { plural } from '../../../shared/text/format.ts';
import { jobName, readFrozenPlan } from '../../execute/cluster/job-folder.ts';
import { silenceProblem } from '../../execute/cluster/scheduler-problems.ts';
import { schedulerFor } from '../../execute/cluster/schedulers.ts';
import type { Digest } from '../../fingerprint/digest.ts';
import { cacheCommandLineFor } from '../command-line.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';
import { requireSubmission, submissionNotes } from '../submission-notes.ts';

/** `pipeline cancel`: cancels the jobs of a run. What their stages have saved is kept. */
export async function cancel(text: string | undefined, options: CommonOptions): Promise<number> {
  const project = findProject(options);
  const found = requireSubmission(project, text, cacheCommandLineFor(options));
  if (!found.ok) return reportProblems(found.failure, options);
  // A run that has planned again has jobs of several plans.
  const notes = submissionNotes(project).filter(({ run }) => run === found.value.run);
  let count = 0;
  for (const { plan } of notes) {
    const frozen = readFrozenPlan({ project: project.root, cache: project.cache }, plan);
    if (!frozen.ok) return reportProblems(frozen.failure, options);
    const { stages, executors } = frozen.value.plan;
    const used = new Set(stages.map(({ executor }) => executor));
    for (const [name, settings] of Object.entries(executors)) {
      if (!used.has(name)) continue;
      const scheduler = schedulerFor(name, settings, project, process.env);
      const states = await scheduler.states([jobName(plan as Digest)]);
      if (!states.ok) return reportProblems([silenceProblem({ executor: name, scheduler }, states.failure)], options);
      const open = states.value.filter(({ phase }) => phase !== 'ended');
      const cancelled = await scheduler.cancel(open.map(({ id }) => id));
      if (!cancelled.ok) return reportProblems(cancelled.failure, options);
      count += open.length;
    }
  }
  const console = openConsole(options);
  console.printJson({ type: 'jobs-cancelled', run: found.value.run, jobs: count });
  console.print(
    count === 0
      ? `run ${found.value.run} has no jobs any more`
      : `cancelled ${plural(count, 'job')} of run ${found.value.run}`,
  );
  return EXIT.ok;
}
