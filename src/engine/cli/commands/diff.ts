import { compareRuns } from '../../cache/history/compare-runs.ts';
import { describeRunDiff } from '../../report/run-diff.ts';
import { commandLineFor } from '../command-line.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import { requireRun } from '../find-run.ts';
import { housekeeping } from '../housekeeping.ts';
import type { CommonOptions } from '../options.ts';
import { ownHistory } from '../own-runs.ts';
import { readPipelineName } from '../pipeline-name.ts';

/** `pipeline diff`: compares two runs: the given one with the latest of this pipeline file, or by default its last two. */
export function diff(given: readonly string[], options: CommonOptions): Promise<number> {
  return housekeeping(options, async () => {
    const history = ownHistory(options, readPipelineName(options));
    const command = commandLineFor(options);
    const [first = 'latest~1', second = 'latest'] = given;
    const before = requireRun(first, history, command);
    if (!before.ok) return reportProblems(before.failure, options);
    const now = requireRun(second, history, command);
    if (!now.ok) return reportProblems(now.failure, options);
    const stages = compareRuns(before.value, now.value);
    const { print, printJson, paint } = openConsole(options);
    for (const stage of stages) printJson({ type: 'stage', ...stage });
    printJson({ type: 'diff', before: before.value.run, now: now.value.run });
    print(describeRunDiff(before.value, now.value, stages, paint));
    return EXIT.ok;
  });
}
