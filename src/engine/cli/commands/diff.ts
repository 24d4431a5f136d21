import { problem, type Result, success } from '../../../shared/problem.ts';
import { compareRuns } from '../../cache/history/compare-runs.ts';
import { findRun, RunHistory } from '../../cache/history/run-history.ts';
import type { RunRecord } from '../../cache/records.ts';
import { describeRunDiff } from '../../report/run-diff.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import { housekeeping } from '../housekeeping.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';

/** `pipeline diff`: compares two runs: the given one with the latest, or by default the last two. */
export function diff(given: readonly string[], options: CommonOptions): Promise<number> {
  return housekeeping(options, async () => {
    const history = new RunHistory(findProject(options).cache);
    const [first = 'latest~1', second = 'latest'] = given;
    const before = find(first, history);
    if (!before.ok) return reportProblems(before.failure, options);
    const now = find(second, history);
    if (!now.ok) return reportProblems(now.failure, options);
    const stages = compareRuns(before.value, now.value);
    const { print, printJson, paint } = openConsole(options);
    for (const stage of stages) printJson({ type: 'stage', ...stage });
    printJson({ type: 'diff', before: before.value.run, now: now.value.run });
    print(describeRunDiff(before.value, now.value, stages, paint));
    return EXIT.ok;
  });
}

function find(text: string, history: RunHistory): Result<RunRecord> {
  const at = { file: text };
  const list = 'List the runs: pipeline runs';
  const found = findRun(text, history);
  switch (found.kind) {
    case 'found':
      return success(found.run);
    case 'several': {
      const advice = `Give more of the id: ${found.ids.slice(0, 5).join(', ')}${found.ids.length > 5 ? ', …' : ''}`;
      return problem(`ambiguous run: the ids of ${found.ids.length} runs start with it`, { at, advice });
    }
    case 'none': {
      if (found.runs === 0) return problem('there are no runs yet', { at, advice: 'Run the pipeline: pipeline run' });
      if (!text.startsWith('latest')) return problem('no run has this id', { at, advice: list });
      const many = found.runs === 1 ? 'there is only 1 run' : `there are only ${found.runs} runs`;
      return problem(many, { at, advice: list });
    }
    case 'damaged':
      return problem(`the record of run ${found.id} is corrupted`, {
        at: { file: history.pathOf(found.id) },
        advice: 'Choose another run. To delete corrupted records: pipeline cache verify',
      });
    default:
      return found satisfies never;
  }
}
