import { existsSync } from 'node:fs';
import { type Problem, type Result, success } from '../../shared/problem.ts';
import { JobFolder, jobName, readFrozenPlan } from '../execute/cluster/job-folder.ts';
import { jobAt, newest } from '../execute/cluster/job-watch.ts';
import { placesIn } from '../execute/cluster/places.ts';
import { silenceProblem } from '../execute/cluster/scheduler-problems.ts';
import { schedulerFor } from '../execute/cluster/schedulers.ts';
import type { Digest } from '../fingerprint/digest.ts';
import { describeOpenRun, type OpenJob, type OpenRun, openRunJson } from '../report/open-runs.ts';
import { cacheCommandLineFor } from './command-line.ts';
import { openConsole, reportWarnings } from './console.ts';
import type { CommonOptions } from './options.ts';
import { ownHistory } from './own-runs.ts';
import { readPipelineName } from './pipeline-name.ts';
import { findProject, type Project } from './project.ts';
import { type SubmissionNote, submissionNotes } from './submission-notes.ts';

/** What an executor has of a plan. */
export interface OpenJobs {
  readonly jobs: readonly OpenJob[];
  cancel(): Promise<Result<void>>;
}

/** Asks each executor of a plan that was submitted for the jobs of its stages. */
export async function openJobsOf(plan: string, project: Project): Promise<Result<readonly OpenJobs[]>> {
  const frozen = readFrozenPlan({ project: project.root, cache: project.cache }, plan);
  if (!frozen.ok) return frozen;
  const { stages, executors } = frozen.value.plan;
  const used = new Set(stages.map(({ executor }) => executor));
  const found: OpenJobs[] = [];
  for (const [executor, settings] of Object.entries(executors)) {
    if (!used.has(executor)) continue;
    const scheduler = schedulerFor(executor, settings, project, process.env);
    const name = jobName(plan as Digest);
    const states = await scheduler.states([name]);
    if (!states.ok) return { ok: false, failure: [silenceProblem({ executor, scheduler }, states.failure)] };
    const open = newest(states.value.filter(({ phase }) => phase !== 'ended'));
    const jobs = [...placesIn(frozen.value.plan, executor, scheduler.can.arrays)].flatMap(([stage, place]) => {
      const state = jobAt(open, { name, ...place });
      return state === undefined ? [] : [{ stage, executor, state }];
    });
    found.push({ jobs, cancel: () => scheduler.cancel([...open.values()].map(({ id }) => id)) });
  }
  return success(found);
}

/** So many queues are asked at most: runs that were forgotten add up. */
const MOST_RUNS = 5;

/** Returns the newest runs whose jobs nobody has followed to their end, newest first, and why some could not be asked for. */
async function openRuns(project: Project): Promise<readonly (OpenRun & { readonly problems: readonly Problem[] })[]> {
  const newestOf = new Map<string, SubmissionNote>();
  for (const note of submissionNotes(project)) if (!newestOf.has(note.plan)) newestOf.set(note.plan, note);
  const open = [...newestOf.values()].filter(
    ({ plan, end }) => end === undefined && existsSync(new JobFolder(project.cache, plan).path),
  );
  return Promise.all(
    open.slice(0, MOST_RUNS).map(async ({ plan, run, time }) => {
      const asked = await openJobsOf(plan, project);
      const jobs = asked.ok ? asked.value.flatMap((executor) => executor.jobs) : undefined;
      return { run, time, jobs, problems: asked.ok ? [] : asked.failure };
    }),
  );
}

/**
 * Finds the runs whose jobs nobody has followed to their end, and prints them as JSON. Returns what prints them for people,
 * with each job or without.
 */
export async function reportOpenRuns(options: CommonOptions): Promise<(withJobs: boolean) => void> {
  const [latest] = ownHistory(options, readPipelineName(options)).newest(1);
  // How an earlier run ended does not matter once there is a later one.
  const isSuperseded = ({ run, jobs }: OpenRun) => jobs?.length === 0 && latest !== undefined && latest.run > run;
  const runs = (await openRuns(findProject(options))).filter((run) => !isSuperseded(run));
  const { print, printJson, paint } = openConsole(options);
  for (const run of runs) printJson(openRunJson(run));
  const command = cacheCommandLineFor(options);
  return (withJobs) => {
    const problems = runs.flatMap((run) => run.problems);
    if (problems.length > 0) reportWarnings(problems, options);
    for (const run of runs) print(`\n${describeOpenRun(run, { now: new Date(), paint, command, withJobs })}`);
  };
}
