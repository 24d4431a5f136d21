import { availableParallelism, totalmem } from 'node:os';
import { gpusOf } from './gpus.ts';
import type { Amounts } from './resources.ts';

/** Returns the resources of this machine. `jobs`: the maximum number of concurrent stages; by default one a core. */
export function machineOf(environment: NodeJS.ProcessEnv, jobs: number | undefined): Amounts {
  const cpu = availableParallelism();
  return { jobs: jobs ?? cpu, cpu, memory: memory(), gpu: gpusOf(environment).length };
}

/** Returns the memory in bytes. A container may have less than the machine. */
function memory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
