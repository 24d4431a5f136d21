import { problem, type Result, success } from '../../shared/problem.ts';
import { findRun, type RunHistory } from '../cache/history/run-history.ts';
import type { RunRecord } from '../cache/records.ts';
import type { CommandLine } from './command-line.ts';

/** Finds the run that an argument names, or says why there is none. */
export function requireRun(text: string, history: RunHistory, command: CommandLine): Result<RunRecord> {
  const at = { file: text };
  const list = `List the runs: ${command('runs')}`;
  const found = findRun(text, history);
  switch (found.kind) {
    case 'found':
      return success(found.run);
    case 'several': {
      const advice = `Give more of the id: ${found.ids.slice(0, 5).join(', ')}${found.ids.length > 5 ? ', …' : ''}`;
      return problem(`ambiguous run: the ids of ${found.ids.length} runs start or end with it`, { at, advice });
    }
    case 'none': {
      if (found.runs === 0)
        return problem('there are no runs yet', { at, advice: `Run the pipeline: ${command('run')}` });
      if (!text.startsWith('latest')) return problem('no run has this id', { at, advice: list });
      const many = found.runs === 1 ? 'there is only 1 run' : `there are only ${found.runs} runs`;
      return problem(many, { at, advice: list });
    }
    case 'damaged':
      return problem(`the record of run ${found.id} is corrupted`, {
        at: { file: history.pathOf(found.id) },
        advice: `Choose another run. To delete corrupted records: ${command('cache', 'verify')}`,
      });
    default:
      return found satisfies never;
  }
}
