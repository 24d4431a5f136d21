import { availableParallelism, totalmem } from 'node:os';
import { gpusOf } from './gpus.ts';
import type { Amounts } from './resources.ts';

/** What there is to hand out here. `jobs`: at most so many stages at once. */
export function machineOf(environment: NodeJS.ProcessEnv, jobs: number | undefined): Amounts {
  const cpu = availableParallelism();
  return { jobs: jobs ?? cpu, cpu, memory: memory(), gpu: gpusOf(environment).length };
}

/** In bytes: a container may have less than the machine. */
function memory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
