import { join } from 'node:path';
import type { Stores } from '../cache/stores.ts';
import type { Watch } from '../fingerprint/work.ts';
import type { RequestedInput, StageRequest } from './executor.ts';
import type { StageInputs } from './protocol.ts';
import { fromRooted, type Roots } from './roots.ts';

/** An input of a request, with its path on this machine. */
export interface FoundInput {
  /** The name in the pipeline file. */
  readonly input: string;
  readonly from: RequestedInput;
  /** Where it lies. Absolute. */
  readonly path: string;
  /** The path that the stage gets. Absolute. */
  readonly handed: string;
  /** A relative path of its own, for what is made for the stage: `table`, or `models/0` in a collection. */
  readonly place: string;
}

/**
 * Returns the path of each input on this machine; nothing if an artifact was deleted from the stores. All are looked for
 * before that is known, so that everything that is missing is recomputed at once.
 */
export async function locateInputs(
  inputs: StageRequest['inputs'],
  { stores, roots }: { readonly stores: Pick<Stores, 'contents'>; readonly roots: Roots },
  watch: (input: string) => Watch,
): Promise<readonly FoundInput[] | undefined> {
  const located = Object.entries(inputs).flatMap(([input, requested]) =>
    partsOf(requested).map(async (from, index): Promise<FoundInput | undefined> => {
      const path =
        from.kind === 'path'
          ? fromRooted(from.at, roots)
          : await stores.contents.materialize(from.digest, watch(input));
      if (path === undefined) return undefined;
      const place = isSingle(requested) ? input : join(input, String(index));
      return { input, from, path, handed: path, place };
    }),
  );
  const found = (await Promise.all(located)).filter((each) => each !== undefined);
  return found.length === located.length ? found : undefined;
}

/** Returns the paths of the inputs, as they are passed to a stage. */
export function inputPaths(inputs: StageRequest['inputs'], found: readonly FoundInput[]): StageInputs {
  const paths = new Map(found.map(({ from, handed }) => [from, handed]));
  const pathOf = (from: RequestedInput) => paths.get(from) ?? '';
  return Object.fromEntries(
    Object.entries(inputs).map(([name, requested]) => [
      name,
      isSingle(requested) ? pathOf(requested) : requested.map(({ matrix, from }) => ({ matrix, path: pathOf(from) })),
    ]),
  );
}

type Requested = StageRequest['inputs'][string];

function isSingle(requested: Requested): requested is RequestedInput {
  return 'kind' in requested;
}

function partsOf(requested: Requested): readonly RequestedInput[] {
  return isSingle(requested) ? [requested] : requested.map(({ from }) => from);
}
