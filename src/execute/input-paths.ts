import type { Cache } from '../cache/cache.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { collectedName, sourcesOf } from '../plan/sources.ts';
import { failure, type Problem, type Result, success } from '../problem.ts';
import type { StageInputs } from './protocol.ts';
import type { OutputsOf } from './stage-key.ts';

/** Where each input of a stage is to be read. What was in the cache when it was looked up may have gone since. */
export function inputPaths(stage: PlannedStage, outputsOf: OutputsOf, cache: Cache): Result<StageInputs> {
  const paths = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { name, from } of sourcesOf(stage)) {
    const digest = from.kind === 'artifact' ? outputsOf(from.stage)?.[from.output] : undefined;
    const path = from.kind === 'path' ? from.path : digest && cache.locate(digest);
    if (path !== undefined) paths.set(name, path);
    else if (from.kind === 'artifact') {
      problems.push({
        message: `the output «${from.output}» of stage «${from.stage}» went away from the cache while the run was under way`,
        advice: 'Run it again: it will be made again.',
      });
    }
  }
  if (problems.length > 0) return failure(problems);
  const pathOf = (name: string) => paths.get(name) ?? '';
  return success(
    Object.fromEntries(
      [...stage.inputs].map(([name, input]) => [
        name,
        input.kind === 'collection'
          ? input.items.map(({ matrix }) => ({ matrix, path: pathOf(collectedName(name, matrix)) }))
          : pathOf(name),
      ]),
    ),
  );
}
