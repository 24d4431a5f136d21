import type { JsonObject } from '../../shared/json.ts';
import type { Place, Problem } from '../../shared/problem.ts';
import type { CommandDeclaration } from './declaration.ts';
import type { Overlaid } from './overlay.ts';
import type { CommandNames } from './placeholder-fault.ts';
import { isCollected, type ResolvedInput } from './resolve-input.ts';
import { type StageInterface, toOutput } from './stage-interface.ts';
import { suggestion } from './suggest.ts';

/** Reports params that the command line or the profile gives to a stage with a command, and that it does not have. */
export function unknownParams(
  overlaid: Overlaid,
  name: string,
  { params = {} }: CommandDeclaration,
  places: { param(path: readonly string[], part: 'key'): Place },
): Problem[] {
  const known = Object.keys(params);
  return Object.keys(overlaid.stages.get(name) ?? {}).flatMap((param): Problem[] =>
    known.includes(param)
      ? []
      : [
          {
            message: `unknown param "${param}" of stage "${name}"`,
            at: places.param([param], 'key'),
            advice: suggestion(param, known),
          },
        ],
  );
}

/** Returns the names to which the placeholders of a stage's command may refer. */
export function namesFor(
  { outputs }: CommandDeclaration,
  inputs: ReadonlyMap<string, ResolvedInput>,
  params: JsonObject,
): CommandNames {
  const collected = [...inputs].filter(([, input]) => isCollected(input)).map(([name]) => name);
  return { inputs: [...inputs.keys()], collected, outputs: outputs.map((file) => toOutput(file).name), params };
}

/** Returns what a stage with a command would declare if it were a module. */
export function commandInterface({
  inputs,
  outputs,
}: {
  readonly inputs: ReadonlyMap<string, ResolvedInput>;
  readonly outputs: readonly string[];
}): StageInterface {
  return { inputs: [...inputs].map(([name, input]) => (isCollected(input) ? `${name}[]` : name)), outputs };
}
