import { success } from '../../../shared/problem.ts';
import { frozenPlanning } from '../../execute/cluster/frozen-texts.ts';
import { frozenTextIn } from '../../execute/cluster/job-folder.ts';
import { when } from '../../report/runs.ts';
import { cacheCommandLineFor } from '../command-line.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';
import { requireSubmission, type SubmissionEnd } from '../submission-notes.ts';
import { run } from './run.ts';

export interface AttachOptions extends CommonOptions {
  readonly stack: boolean;
}

/**
 * `pipeline attach`: goes on with a run whose jobs were submitted, by the plan with which they were submitted. Those that have
 * ended are not submitted again: it says how they ended.
 */
export async function attach(text: string | undefined, options: AttachOptions): Promise<number> {
  const project = findProject(options);
  const found = requireSubmission(project, text, cacheCommandLineFor(options));
  if (!found.ok) return reportProblems(found.failure, options);
  const { plan, choice, keepGoing, end } = found.value;
  if (end?.how === 'cancelled') return reportCancelled(found.value.run, end, options);
  const roots = { project: project.root, cache: project.cache };
  const frozen = frozenTextIn(roots, plan);
  if (!frozen.ok) return reportProblems(frozen.failure, options);
  const { stages, ...chosen } = choice;
  return run(stages, {
    ...{ dryRun: false, locked: false, trustCache: false, upload: true, keepGoing },
    ...options,
    ...chosen,
    attached: frozen.value.text,
    frozen: () => success(frozenPlanning(frozen.value.plan)),
  });
}

function reportCancelled(run: string, { time }: SubmissionEnd, options: AttachOptions): number {
  const { print, printJson, paint, commandLine } = openConsole(options);
  printJson({ type: 'run-cancelled', run, time });
  print(`run ${run} was cancelled ${when(time, new Date())}: stages that had finished are cached`);
  print(`${paint('cyan', '→')} To run the others: ${commandLine('run')}`);
  return EXIT.interrupted;
}
