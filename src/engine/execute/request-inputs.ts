import { sep } from 'node:path';
import type { Problem } from '../../shared/problem.ts';
import type { Stores } from '../cache/stores.ts';
import type { RequestedInput, StageRequest } from './executor.ts';
import type { StageInputs } from './protocol.ts';
import { fromRooted, type Roots } from './roots.ts';

/** An input of a request, with its path on this machine. */
export interface FoundInput {
  /** The name in the pipeline file. */
  readonly input: string;
  readonly from: RequestedInput;
  /** Absolute. */
  readonly path: string;
}

/** Returns the path of each input on this machine; nothing if an artifact was deleted from the stores. */
export async function locateInputs(
  inputs: StageRequest['inputs'],
  { stores, roots }: { readonly stores: Pick<Stores, 'contents'>; readonly roots: Roots },
): Promise<readonly FoundInput[] | undefined> {
  const found: FoundInput[] = [];
  for (const [input, requested] of Object.entries(inputs)) {
    for (const from of partsOf(requested)) {
      const path = from.kind === 'path' ? fromRooted(from.at, roots) : await stores.contents.materialize(from.digest);
      if (path === undefined) return undefined;
      found.push({ input, from, path });
    }
  }
  return found;
}

/** Returns the paths of the inputs, as they are passed to a stage. */
export function inputPaths(inputs: StageRequest['inputs'], found: readonly FoundInput[]): StageInputs {
  const paths = new Map(found.map(({ from, path }) => [from, path]));
  const pathOf = (from: RequestedInput) => paths.get(from) ?? '';
  return Object.fromEntries(
    Object.entries(inputs).map(([name, requested]) => [
      name,
      isSingle(requested) ? pathOf(requested) : requested.map(({ matrix, from }) => ({ matrix, path: pathOf(from) })),
    ]),
  );
}

/** Adds the producing stage to problems in artifacts. The stage that read them knows only a path in the cache. */
export function nameProducers(problems: readonly Problem[], found: readonly FoundInput[]): readonly Problem[] {
  return problems.map((problem) => {
    const file = problem.at?.file ?? '';
    const source = found.find(
      ({ from, path }) => from.kind === 'artifact' && (file === path || file.startsWith(path + sep)),
    );
    return source?.from.kind === 'artifact'
      ? { ...problem, message: `${problem.message}, in ${source.from.producer}` }
      : problem;
  });
}

type Requested = StageRequest['inputs'][string];

function isSingle(requested: Requested): requested is RequestedInput {
  return 'kind' in requested;
}

function partsOf(requested: Requested): readonly RequestedInput[] {
  return isSingle(requested) ? [requested] : requested.map(({ from }) => from);
}
