import type { Tensor1D } from '@tensorflow/tfjs-node-gpu';
import type { Problem } from '../../shared/problem.ts';
import { isObject } from '../../shared/shapes.ts';
import { listed, quoted } from '../../shared/wording.ts';
import { InvalidModuleCode, shown } from '../invalid-module-code.ts';
import type { TensorFlow } from '../tensorflow/load.ts';
import type { Head, Heads, HeadTask, HeadTensors } from './head.ts';

/** What a head in the code of a project did wrong. */
export class InvalidHead extends InvalidModuleCode {
  constructor({ name }: Head, task: HeadTask, did: string, advice: string) {
    super(`the head ${quoted(String(name))} of the task "${task.name}" ${did}`, advice);
  }
}

/** Names in the history of a training that are no metrics of heads, and the one under which a stage reports `acc`. */
const TAKEN_METRIC = /^(accuracy|epoch|learning_rate|loss|weighted_acc|val_.*)$/;

const METHODS = ['columns', 'build', 'encode', 'loss', 'decode'] as const;

/** Returns problems if the code of a stage gave something else than heads. */
export function headProblems(given: Heads = {}): readonly Problem[] {
  const advice =
    'Give what softmax(), sigmoid(), ordinal() and regression() return, or an object with the same methods.';
  if (!isObject(given)) return [{ message: `heads is ${shown(given)}, expected an object`, advice }];
  return Object.entries(given).flatMap(([task, head]: [string, unknown]) => {
    if (!isObject(head)) return [{ message: `the head of the task "${task}" is ${shown(head)}`, advice }];
    const lacking = [
      ...METHODS.filter((method) => typeof head[method] !== 'function'),
      ...(typeof head['name'] === 'string' ? [] : ['name']),
      ...(Array.isArray(head['kinds']) ? [] : ['kinds']),
      ...(isObject(head['metrics']) ? [] : ['metrics']),
    ];
    if (lacking.length > 0)
      return [{ message: `the head of the task "${task}" has no ${listed(lacking.map(quoted))}`, advice }];
    return Object.keys(Object(head['metrics']))
      .filter((metric) => TAKEN_METRIC.test(metric))
      .map((metric) => ({
        message: `the head of the task "${task}" has a metric "${metric}", a name that is taken`,
        advice: 'Give it another name, which does not begin with "val_".',
      }));
  });
}

/**
 * Checks what a head's `loss` returned. Only shapes are compared, which are known while a step is traced.
 *
 * @throws an `InvalidHead` if it is not a loss for each sample.
 */
export function checkedLoss(
  tf: TensorFlow,
  head: Head,
  task: HeadTask,
  { outputs: { shape } }: HeadTensors,
  loss: unknown,
): Tensor1D {
  if (loss instanceof tf.Tensor && loss.rank === 1 && loss.shape[0] === shape[0]) return loss as Tensor1D;
  const got = loss instanceof tf.Tensor ? `a tensor [${loss.shape.join(', ')}]` : shown(loss);
  const did = `returned ${got} as its loss, expected a tensor [${shape[0]}]`;
  throw new InvalidHead(
    head,
    task,
    did,
    'Return a number for each sample from its "loss": sum or average the columns.',
  );
}
