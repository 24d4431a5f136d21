import { failure, type Problem, problem, type Result, success } from '../../shared/problem.ts';
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
    case 'several':
      return failure([ambiguousRun(text, found.ids)]);
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

/** Says that a text names several runs. */
export function ambiguousRun(text: string, ids: readonly string[]): Problem {
  const message = `ambiguous run: the ids of ${ids.length} runs start or end with it`;
  const advice = `Give more of the id: ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''}`;
  return { message, at: { file: text }, advice };
}
