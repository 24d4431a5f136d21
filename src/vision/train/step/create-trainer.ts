import type { TensorFlow } from '../../tensorflow/load.ts';
import { createEagerTrainer } from './eager-trainer.ts';
import type { ExecutionMode } from './execution-mode.ts';
import { createGraphTrainer } from './graph-trainer.ts';
import type { Trainer, TrainerOptions } from './trainer.ts';

/** Creates a trainer that runs as a graph or op by op. */
export function createTrainer(tf: TensorFlow, mode: ExecutionMode, options: TrainerOptions): Promise<Trainer> {
  return mode === 'graph' ? createGraphTrainer(tf, options) : Promise.resolve(createEagerTrainer(tf, options));
}
