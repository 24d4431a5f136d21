import { existsSync } from 'node:fs';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import type { Stores } from '../cache/stores.ts';
import type { Trees } from '../fingerprint/trees.ts';
import type { Watch } from '../fingerprint/work.ts';
import type { FailureReason } from './failure.ts';
import type { FoundInput } from './request-inputs.ts';

/**
 * Checks that the inputs of a stage that has just run still match its key: a result from other inputs must not be kept
 * under that key. Fails with `inputs-gone` if an artifact was deleted from the stores, since it can be recomputed.
 */
export async function unchangedInputs(
  stage: string,
  found: readonly FoundInput[],
  { stores, paths }: { readonly stores: Pick<Stores, 'contents'>; readonly paths: Trees },
  watch: (input: string) => Watch,
): Promise<Result<void, FailureReason | 'inputs-gone'>> {
  const problems: Problem[] = [];
  for (const { input, from, path } of found) {
    if (from.kind === 'artifact') {
      // Content that has changed is deleted when it is looked up.
      const isThere = existsSync(path);
      if (await stores.contents.has(from.digest, watch(input))) continue;
      if (!isThere) return failure('inputs-gone');
      problems.push(overwrittenProblem(stage, input, from.producer));
      continue;
    }
    const tree = await paths.of(path, { filter: from.filter, watch: watch(input) });
    if (!tree.ok || tree.value.digest !== from.digest) problems.push(changedProblem(stage, input, path));
  }
  return problems.length > 0 ? failure({ kind: 'bad-input', problems }) : success(undefined);
}

/** Files in the cache are read-only, but not for root, nor for who changes that. */
function overwrittenProblem(stage: string, input: string, producer: string): Problem {
  return {
    message: `input "${input}" of stage "${stage}", which is ${producer} in the cache, was changed while the stage was running`,
    advice: 'A stage must not write to its inputs: copy to an output, or to its work directory, what it is to change.',
  };
}

/** Returns a problem with an input whose content is not the one in the action key. */
export function changedProblem(stage: string, input: string, path: string): Problem {
  return {
    message: `input "${input}" of stage "${stage}" changed while the stage was reading it`,
    at: { file: path },
    advice:
      'Run again once nothing writes to it. If the stage itself does, let it write to an output or its work directory.',
  };
}
