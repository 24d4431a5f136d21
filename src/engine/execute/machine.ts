import { availableParallelism, totalmem } from 'node:os';
import { gpusOf } from '../fingerprint/runtime.ts';
import type { Machine } from './resources.ts';

/** What there is to hand out here. `jobs`: at most so many stages at once. */
export function machineOf(environment: NodeJS.ProcessEnv, jobs: number | undefined): Machine {
  const cpu = availableParallelism();
  return { jobs: jobs ?? cpu, cpu, memory: memory(), gpus: gpusOf(environment) };
}

/** In bytes: a container may have less than the machine. */
function memory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
