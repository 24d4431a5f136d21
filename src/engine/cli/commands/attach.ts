import { success } from '../../../shared/problem.ts';
import { frozenPlanning } from '../../execute/cluster/frozen-texts.ts';
import { frozenTextIn } from '../../execute/cluster/job-folder.ts';
import { cacheCommandLineFor } from '../command-line.ts';
import { reportProblems } from '../console.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';
import { requireSubmission } from '../submission-notes.ts';
import { run } from './run.ts';

export interface AttachOptions extends CommonOptions {
  readonly stack: boolean;
}

/** `pipeline attach`: goes on with a run whose jobs are queued or running, by the plan with which they were submitted. */
export async function attach(text: string | undefined, options: AttachOptions): Promise<number> {
  const project = findProject(options);
  const found = requireSubmission(project, text, cacheCommandLineFor(options));
  if (!found.ok) return reportProblems(found.failure, options);
  const { plan, choice, keepGoing } = found.value;
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
