import type { Place, Problem } from '../../shared/problem.ts';
import type { StageDeclaration } from './declaration.ts';

/** The GPUs that a stage sees are part of its action key in any case. */
const NEVER_SECRET = 'CUDA_VISIBLE_DEVICES';

/** Returns the names of the variables of a stage: those in its action key, and those that are only passed through. */
export function resolveVariables(
  { env = [] }: StageDeclaration,
  at: (index: number) => Place,
  problems: Problem[],
): { readonly env: readonly string[]; readonly secrets: readonly string[] } {
  const secret = new Map<string, boolean>();
  for (const [index, written] of env.entries()) {
    const { name, secret: isSecret = false } = typeof written === 'string' ? { name: written } : written;
    if (secret.has(name)) {
      problems.push({
        message: `variable "${name}" is declared twice`,
        at: at(index),
        advice: 'Declare it once, with `secret: true` if its value is to be no part of the action key.',
      });
    }
    if (isSecret && name === NEVER_SECRET) {
      problems.push({
        message: `variable "${name}" cannot be secret`,
        at: at(index),
        advice: 'Results depend on the device. Declare it without `secret`, or use `resources: { gpu: 1 }`.',
      });
    }
    secret.set(name, isSecret);
  }
  const names = [...secret.keys()];
  return { env: names.filter((name) => !secret.get(name)), secrets: names.filter((name) => secret.get(name)) };
}
