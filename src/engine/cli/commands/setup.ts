import { openProgressLine } from '../../../shared/text/progress-line.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';

/** `pipeline setup`: installs what the packages of this project need beyond what npm installs. */
export async function setup(options: CommonOptions): Promise<number> {
  const { print, printJson, paint } = openConsole(options);
  const { root } = findProject(options);
  const progress = openProgressLine(process.stderr);
  const installed: { readonly name: string; readonly found: string }[] = [];
  for (const { name, run } of await options.engine.extensions.setupSteps()) {
    const result = await run(root, progress);
    progress.end();
    if (!result.ok) return reportProblems(result.failure, options);
    print(`${paint('green', '✓')} ${name}: ${result.value}`);
    installed.push({ name, found: result.value });
  }
  printJson({ type: 'setup', ok: true, installed });
  return EXIT.ok;
}
