import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { updateAtomically } from '../../../shared/atomic-write.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { bytes } from '../../../shared/text/format.ts';
import { RunHistory } from '../../cache/history/run-history.ts';
import type { RunRecord } from '../../cache/records.ts';
import { readLockfile } from '../../execute/read-lockfile.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import { requireRun } from '../find-run.ts';
import type { CommonOptions } from '../options.ts';
import { lockfilePath } from '../project.ts';
import { withSession } from '../with-session.ts';

export interface ReportOptions extends CommonOptions {
  readonly output: string;
  /** The run to compare with. */
  readonly baseline?: string;
  readonly force: boolean;
}

/** `pipeline report`: writes a page about a run. */
export async function report(run: string | undefined, options: ReportOptions): Promise<number> {
  return withSession(options, async ({ services }) => {
    const { stores, roots, commandLine } = services;
    const history = new RunHistory(roots.cache);
    const found = requireRun(run ?? 'latest', history, commandLine);
    if (!found.ok) return reportProblems(found.failure, options);
    // Loaded on demand, since charts and the renderer are large.
    const { REPORT_MARK } = await import('../../page/document.ts');
    const target = checkTarget(options, REPORT_MARK);
    if (!target.ok) return reportProblems(target.failure, options);
    const { reportedRun, runBefore } = await import('../../page/reported-run.ts');
    const { runPage } = await import('../../page/run-page.ts');
    const baseline: Result<RunRecord | undefined> =
      options.baseline === undefined
        ? success(runBefore(found.value, history))
        : requireRun(options.baseline, history, commandLine);
    if (!baseline.ok) return reportProblems(baseline.failure, options);
    const lock = readLockfile(lockfilePath(options), relative(process.cwd(), lockfilePath(options)));
    if (!lock.ok) return reportProblems(lock.failure, options);
    const html = await runPage(await reportedRun(found.value, baseline.value, stores), {
      sources: await options.engine.extensions.reportSources(),
      lockfile: lock.value,
      before: baseline.value && (await reportedRun(baseline.value, undefined, stores)),
      reproduce: commandLine('verify'),
    });
    const written = write(options.output, html);
    if (!written.ok) return reportProblems(written.failure, options);
    const { print, printJson } = openConsole(options);
    const size = Buffer.byteLength(html);
    printJson({ type: 'report', run: found.value.run, file: options.output, bytes: size });
    print(`${options.output}: run ${found.value.run}, ${bytes(size)}`);
    return EXIT.ok;
  });
}

/** A report replaces an earlier one, and nothing else. */
function checkTarget({ output: file, force }: ReportOptions, mark: string): Result<void> {
  if (!existsSync(dirname(file))) {
    return problem('the folder does not exist', {
      at: { file: dirname(file) },
      advice: 'Create it, or choose another file with --output.',
    });
  }
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isDirectory())
    return problem('this is a folder', { at: { file }, advice: 'Give the path of a file: --output report.html' });
  if (stats === undefined || force || (stats.isFile() && beginsWith(file, mark))) return success(undefined);
  return problem('the file exists and is not a report', {
    at: { file },
    advice: 'Choose another file with --output, or overwrite it with --force.',
  });
}

function beginsWith(file: string, mark: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(Buffer.byteLength(mark));
    readSync(descriptor, head);
    return head.toString() === mark;
  } finally {
    closeSync(descriptor);
  }
}

function write(file: string, html: string): Result<void> {
  try {
    updateAtomically(file, html);
    return success(undefined);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return problem(`cannot write: ${code}`, {
      at: { file },
      advice: 'Choose a writable folder with enough disk space.',
    });
  }
}
