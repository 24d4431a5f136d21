import type { Problem } from '../../../shared/problem.ts';
import type { Precision } from '../../tensorflow/session/config-proto.ts';
import type { ExecutionMode } from '../step/execution-mode.ts';

/** Where and how a training computes. */
interface Placement {
  /** The number of GPUs over which each batch is split. */
  readonly towers: number;
  readonly precision: Precision;
  readonly xla: boolean;
  readonly execution: ExecutionMode;
}

/** Returns the problems of options that are those of a graph. */
export function executionProblems({ execution, precision, xla }: Placement): Problem[] {
  if (execution === 'graph') return [];
  const given = [
    ...(precision === 'float32' ? [] : [{ param: 'precision', value: precision, without: 'float32' }]),
    ...(xla ? [{ param: 'xla', value: 'true', without: 'false' }] : []),
  ];
  return given.map(({ param, value, without }) => ({
    message: `${param} is ${value}, which execution: eager does not support`,
    advice: `Set execution to graph, or ${param} to ${without}.`,
  }));
}

/**
 * Returns the problems of options for which there are too few GPUs. TensorFlow would compute on what it has: towers one
 * after the other, float16 as float32.
 *
 * @param gpus the number of GPUs.
 */
export function gpuProblems({ towers, precision }: Placement, gpus: number): Problem[] {
  const found = gpus === 0 ? 'has no GPU' : `has ${gpus} GPU${gpus === 1 ? '' : 's'}`;
  const request = (count: number) => `Set resources: { gpu: ${count} } for the stage, on a machine that has them`;
  const problems: Problem[] = [];
  if (towers > 1 && towers > gpus) {
    const advice = `${request(towers)}, or towers to ${Math.max(gpus, 1)}.`;
    problems.push({ message: `towers is ${towers}, but the stage ${found}`, advice });
  }
  if (precision === 'mixed_float16' && gpus === 0) {
    const advice = `${request(towers)}, or precision to mixed_bfloat16 or float32.`;
    problems.push({ message: 'precision is mixed_float16, which only GPUs compute, but the stage has no GPU', advice });
  }
  return problems;
}

/** Returns the number of GPUs that a stage's process may use. */
export function visibleGpus({ CUDA_VISIBLE_DEVICES: names = '' }: NodeJS.ProcessEnv): number {
  return names.split(',').filter(Boolean).length;
}

/** Returns the device of each tower; TensorFlow chooses for a single one. */
export function towerDevices({ towers }: Pick<Placement, 'towers'>): string[] {
  return towers === 1 ? [''] : Array.from({ length: towers }, (_, index) => `/device:GPU:${index}`);
}
