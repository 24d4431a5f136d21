import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import { plural } from '../../shared/text/format.ts';
import type { CompletedStage } from '../execute/events.ts';
import { survey } from '../execute/survey.ts';
import { select } from '../plan/select.ts';
import type { ConnectedRemote } from './connect-remote.ts';
import { missingInputs, type Session } from './session.ts';

/** The current results of the stages that a command about the remote cache is for. */
export interface CurrentResults {
  readonly remote: ConnectedRemote;
  readonly results: readonly CompletedStage[];
  /** The stages without a result, here or there. */
  readonly absent: readonly string[];
}

/** Finds the current results of the named stages with their upstream stages, or of all. */
export async function currentResults(
  { services, remote }: Session,
  names: readonly string[],
): Promise<Result<CurrentResults>> {
  if (remote === undefined) return failure([NO_REMOTE]);
  const selection = select(services.plan, { stages: names, force: false });
  if (!selection.ok) return selection;
  const missing = missingInputs(services.plan, selection.value.stages);
  if (missing.length > 0) return failure(missing);
  const found = await survey(services, [...selection.value.stages]);
  const results: CompletedStage[] = [];
  const absent: string[] = [];
  for (const stage of services.plan.stages) {
    const result = found.get(stage.name);
    if (result?.outcome === 'cached') results.push(result);
    else if (selection.value.stages.has(stage.name)) absent.push(stage.name);
  }
  return success({ remote, results, absent });
}

const NO_REMOTE: Problem = {
  message: 'there is no remote cache',
  advice: 'Give its address: "remote: s3://bucket/prefix" in the pipeline file, PIPELINE_REMOTE, or --remote.',
};

/** Formats what has no result: `2 stages have no result: a, b`. */
export function describeAbsent(absent: readonly string[]): string {
  const verb = absent.length === 1 ? 'has' : 'have';
  return `${plural(absent.length, 'stage')} ${verb} no current result here or there: ${absent.join(', ')}`;
}
