import { sep } from 'node:path';
import type { Problem } from '../../shared/problem.ts';
import type { Cache } from '../cache/records.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { sourcesOf } from '../plan/sources.ts';
import type { StageKey } from './stage-key.ts';

/** Says of problems in what a stage has read which stage made that: the stage knows no more than a path in the cache. */
export function nameMakers(
  problems: readonly Problem[],
  stage: PlannedStage,
  { document }: StageKey,
  cache: Cache,
): readonly Problem[] {
  const makers = sourcesOf(stage).flatMap(({ name, from }) => {
    const digest = document.inputs[name];
    const path = from.kind === 'artifact' && digest !== undefined ? cache.locate(digest) : undefined;
    return from.kind === 'artifact' && path !== undefined ? [{ path, maker: `${from.stage}.${from.output}` }] : [];
  });
  return problems.map((problem) => {
    const file = problem.at?.file ?? '';
    const found = makers.find(({ path }) => file === path || file.startsWith(path + sep));
    return found === undefined ? problem : { ...problem, message: `${problem.message}, in ${found.maker}` };
  });
}
