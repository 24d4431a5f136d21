import { relative } from 'node:path';
import { type Result, success } from '../../shared/problem.ts';
import type { RunRecord } from '../cache/records.ts';
import { readLockfile } from '../execute/read-lockfile.ts';
import type { Services } from '../execute/services.ts';
import type { LivePage } from '../page/document.ts';
import { reportedRun, runBefore } from '../page/reported-run.ts';
import { runPage } from '../page/run-page.ts';
import { requireRun } from './find-run.ts';
import type { CommonOptions } from './options.ts';
import { ownHistory } from './own-runs.ts';
import { lockfilePath } from './project.ts';

interface Wanted {
  /** A run as on the command line; the newest one if omitted. */
  readonly run?: string | undefined;
  readonly baseline?: string | undefined;
  /** Given for a page that is served while the run goes on. */
  readonly live?: LivePage | undefined;
}

/** Finds a run and the one that it is compared with, and returns the page about it. */
export async function pageAbout(
  { run: wanted = 'latest', baseline: other, live }: Wanted,
  services: Services,
  options: CommonOptions,
): Promise<Result<{ readonly run: RunRecord; readonly html: string }>> {
  const { commandLine } = services;
  const history = ownHistory(options, services.plan.name);
  const run = requireRun(wanted, history, commandLine);
  if (!run.ok) return run;
  const baseline: Result<RunRecord | undefined> =
    other === undefined ? success(runBefore(run.value, history)) : requireRun(other, history, commandLine);
  if (!baseline.ok) return baseline;
  const lockfile = lockfilePath(options);
  const lock = readLockfile(lockfile, relative(process.cwd(), lockfile));
  if (!lock.ok) return lock;
  const html = await runPage(await reportedRun(run.value, baseline.value, services), {
    sources: await options.engine.extensions.reportSources(),
    lockfile: lock.value,
    before: baseline.value && (await reportedRun(baseline.value, undefined, services)),
    commandLine,
    live,
  });
  return success({ run: run.value, html });
}
