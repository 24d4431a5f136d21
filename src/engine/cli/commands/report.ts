import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { beginsWith } from '../../../shared/files.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { bytes } from '../../../shared/text/format.ts';
import { commandLineFor } from '../command-line.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { withSession } from '../with-session.ts';
import { writeForUser } from '../write-for-user.ts';

export interface ReportOptions extends CommonOptions {
  readonly output: string;
  /** The run to compare with. */
  readonly baseline?: string;
  /** The same. */
  readonly compare?: string;
  readonly force: boolean;
}

/** `pipeline report`: writes a page about a run. */
export async function report(run: string | undefined, options: ReportOptions): Promise<number> {
  const { baseline, compare } = options;
  if (baseline !== undefined && compare !== undefined) {
    const message = 'both --baseline and --compare name the run to compare with';
    const command = commandLineFor(options)('report', '--compare', compare, run ?? 'latest');
    const advice = `Give one of them: ${command}`;
    return reportProblems(problem(message, { advice }).failure, options);
  }
  return withSession(options, async ({ services }) => {
    // Loaded on demand, since charts and the renderer are large.
    const { REPORT_MARK } = await import('../../page/document.ts');
    const target = checkTarget(options, REPORT_MARK);
    if (!target.ok) return reportProblems(target.failure, options);
    const { pageAbout } = await import('../page-about.ts');
    const page = await pageAbout({ run, baseline: baseline ?? compare }, services, options);
    if (!page.ok) return reportProblems(page.failure, options);
    const { html } = page.value;
    const written = writeForUser(options.output, html);
    if (!written.ok) return reportProblems(written.failure, options);
    const { print, printJson } = openConsole(options);
    const size = Buffer.byteLength(html);
    printJson({ type: 'report', run: page.value.run.run, file: options.output, bytes: size });
    print(`${options.output}: run ${page.value.run.run}, ${bytes(size)}`);
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
