import type { ExecutorSettings } from '../../plan/executor-settings.ts';
import type { Scheduler } from './scheduler.ts';
import { Slurm } from './slurm.ts';

/** Returns the scheduler of an executor. */
export function schedulerFor(settings: ExecutorSettings, environment: NodeJS.ProcessEnv): Scheduler {
  switch (settings.type) {
    case 'slurm':
      return new Slurm(settings, environment);
    default:
      return settings.type satisfies never;
  }
}
