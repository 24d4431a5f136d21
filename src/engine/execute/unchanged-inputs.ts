import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { sourcesOf } from '../plan/sources.ts';
import type { FailureReason } from './events.ts';
import type { Services } from './services.ts';
import type { StageKey } from './stage-key.ts';

/**
 * Whether a stage that has just run read what its key says: a result of anything else must not be kept under that key.
 * `inputs-gone` if content went away from the cache, from which it can be made again.
 */
export async function unchangedInputs(
  stage: PlannedStage,
  { document }: StageKey,
  services: Pick<Services, 'cache' | 'files' | 'trees'>,
): Promise<Result<void, FailureReason | 'inputs-gone'>> {
  const problems: Problem[] = [];
  for (const { name, from } of sourcesOf(stage)) {
    const digest = document.inputs[name];
    if (digest === undefined) continue;
    if (from.kind === 'artifact') {
      if (services.cache.locate(digest) === undefined) return failure('inputs-gone');
      continue;
    }
    const checked = services.trees.check(from.path, from);
    if (!checked.ok) await services.files.inputs.prepare();
    const tree = checked.ok ? checked : checked.failure.digest(services.files.inputs);
    if (!tree.ok || tree.value.digest !== digest) problems.push(changedProblem(stage.name, name, from.path));
  }
  return problems.length > 0 ? failure({ kind: 'bad-input', problems }) : success(undefined);
}

function changedProblem(stage: string, input: string, path: string): Problem {
  return {
    message: `input «${input}» of stage «${stage}» changed while the stage was reading it`,
    at: { file: path },
    advice:
      'Run it again once nothing writes there. If the stage itself does, let it write to its outputs, or to «work».',
  };
}
