import { join } from 'node:path';
import type { ExecutorSettings } from '../../plan/executor-settings.ts';
import { memoryOf, type Remembered } from '../../trust/memory.ts';
import { CommandQueue } from './command-queue.ts';
import { JobNotes } from './job-notes.ts';
import type { Scheduler } from './scheduler.ts';
import { Slurm } from './slurm.ts';

/** Returns the scheduler of the executor `name` of a project. */
export function schedulerFor(
  name: string,
  settings: ExecutorSettings,
  project: Remembered,
  environment: NodeJS.ProcessEnv,
): Scheduler {
  switch (settings.type) {
    case 'slurm':
      return new Slurm(settings, environment);
    case 'command': {
      const memory = memoryOf(project);
      const notes = memory === undefined ? undefined : new JobNotes(join(memory, 'jobs', name));
      return new CommandQueue(settings, { executor: name, folder: project.root, notes, environment });
    }
    default:
      return settings satisfies never;
  }
}
