import type { Problem } from '../../../shared/problem.ts';
import { isCount, isObject } from '../../../shared/shapes.ts';
import { counted, quoted } from '../../../shared/wording.ts';
import { InvalidModuleCode, shown, tensorText } from '../../invalid-module-code.ts';
import type { Optimizer, UpdatedWeight, WeightUpdate } from './optimizer.ts';

const RETURN_THE_WEIGHT =
  'Return { weight, slots } from its "update": tensors of the shape and type of the weight that it was given, as many ' +
  'slots as it declares.';

/** Returns a problem if the code of a stage gave something else than an optimizer. */
export function optimizerProblems(given: unknown): readonly Problem[] {
  if (isObject(given) && typeof given['update'] === 'function' && isCount(given['slots'])) return [];
  const advice =
    'Give what adam(), adamW(), lion() or sgd() returns, or an object with "name", "slots" (a whole number) and "update".';
  return [{ message: `optimizer is ${shown(given)}, not an optimizer`, advice }];
}

/**
 * Runs an update and checks shapes and types of what it returns, which are known while a step is traced.
 *
 * @throws an `InvalidModuleCode` if it is not the weight and what is kept for it.
 */
export function checkedUpdate({ name, slots, update }: Optimizer, of: WeightUpdate): UpdatedWeight {
  const updated: unknown = update(of);
  const refuse = (did: string) => new InvalidModuleCode(`optimizer ${quoted(String(name))} ${did}`, RETURN_THE_WEIGHT);
  if (!isUpdatedWeight(updated)) throw refuse(`returned ${shown(updated)}, expected { weight, slots }`);
  if (updated.slots.length !== slots)
    throw refuse(`returned ${counted(updated.slots.length, 'slot')}, but declares ${slots}`);
  const wanted = tensorText(of.weight);
  for (const [what, tensor] of [['weight', updated.weight], ...updated.slots.map((slot) => ['slot', slot])] as const) {
    const got = tensor instanceof of.tf.Tensor ? tensorText(tensor) : shown(tensor);
    if (got !== wanted) throw refuse(`returned a ${what} of ${got}, expected ${wanted}`);
  }
  return updated;
}

function isUpdatedWeight(value: unknown): value is UpdatedWeight {
  return isObject(value) && 'weight' in value && Array.isArray(value['slots']);
}
