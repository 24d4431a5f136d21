import type { Cache } from '../cache/records.ts';
import type { PlannedStage } from '../plan/plan.ts';
import { collectedName, sourcesOf } from '../plan/sources.ts';
import type { StageInputs } from './protocol.ts';
import type { OutputsOf } from './stage-key.ts';

/** Where each input of a stage is to be read; nothing if what was looked up in the cache has gone from there since. */
export function inputPaths(stage: PlannedStage, outputsOf: OutputsOf, cache: Cache): StageInputs | undefined {
  const paths = new Map<string, string>();
  for (const { name, from } of sourcesOf(stage)) {
    const digest = from.kind === 'artifact' ? outputsOf(from.stage)?.[from.output] : undefined;
    const path = from.kind === 'path' ? from.path : digest && cache.locate(digest);
    if (path === undefined) return undefined;
    paths.set(name, path);
  }
  const pathOf = (name: string) => paths.get(name) ?? '';
  return Object.fromEntries(
    [...stage.inputs].map(([name, input]) => [
      name,
      input.kind === 'collection'
        ? input.items.map(({ matrix }) => ({ matrix, path: pathOf(collectedName(name, matrix)) }))
        : pathOf(name),
    ]),
  );
}
