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
      const notes = jobNotesOf(name, project);
      return new CommandQueue(settings, { executor: name, folder: project.root, notes, environment });
    }
    default:
      return settings satisfies never;
  }
}

/** Returns where the jobs of the executor `name` are written down; nothing if the user has no place for it. */
export function jobNotesOf(name: string, project: Remembered): JobNotes | undefined {
  const memory = memoryOf(project);
  return memory === undefined ? undefined : new JobNotes(join(memory, 'jobs', name));
}
