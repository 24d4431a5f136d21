import { join } from 'node:path';
import { CommandQueue } from '../execute/cluster/command-queue.ts';
import { JobNotes } from '../execute/cluster/job-notes.ts';
import type { Scheduler } from '../execute/cluster/scheduler.ts';
import { Slurm } from '../execute/cluster/slurm.ts';
import type { ExecutorSettings } from '../plan/executor-settings.ts';
import { memoryOf } from '../trust/memory.ts';
import type { Project } from './project.ts';

/** Returns the scheduler of an executor. `name`: that of the executor. */
export function openScheduler(
  name: string,
  settings: ExecutorSettings,
  project: Project,
  environment: NodeJS.ProcessEnv,
): Scheduler {
  switch (settings.type) {
    case 'slurm':
      return new Slurm(settings, environment);
    case 'command': {
      const memory = memoryOf(project);
      const notes = memory === undefined ? undefined : new JobNotes(join(memory, 'jobs', name));
      return new CommandQueue(settings, { executor: name, notes, environment });
    }
    default:
      return settings satisfies never;
  }
}
