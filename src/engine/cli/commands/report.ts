import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { updateAtomically } from '../../../shared/atomic-write.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { bytes } from '../../../shared/text/format.ts';
import { commandLineFor } from '../command-line.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { withSession } from '../with-session.ts';

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
    const written = write(options.output, html);
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
