import type { CommandSpec } from './command-spec.ts';
import { command } from './define-command.ts';
import { parsePositive } from './quantities.ts';
import { JOBS, STACK } from './shared-options.ts';

/** The commands about the jobs of a cluster. */
export const CLUSTER_COMMANDS: readonly CommandSpec[] = [
  command('attach', '[RUN]', {
    description:
      'go on with a run whose jobs are in the queue of a cluster, by default the newest: follow them as run does',
    options: [STACK, JOBS],
    run: async ({ all }, options: import('./commands/attach.ts').AttachOptions) =>
      (await import('./commands/attach.ts')).attach(all[0], options),
  }),
  command('cancel', '[RUN]', {
    description: 'cancel the jobs of a run, by default the newest, in the queue of a cluster',
    run: async ({ all }, options) => (await import('./commands/cancel.ts')).cancel(all[0], options),
  }),
  command('exec', '', {
    description: 'run one stage of a plan in the cache, as a job of a scheduler does',
    options: [
      { flags: '--plan <DIGEST>', description: 'the plan: pipeline run writes it to jobs/DIGEST in the cache' },
      { flags: '--stage <STAGE>', description: 'the stage; its inputs must be in the cache' },
      { flags: '--run <ID>', description: 'the id of the run to which the job belongs' },
      {
        flags: '--requeue <COMMAND>',
        description: 'the shell command that queues this job again, if it gets SIGUSR2 since its time is up',
      },
      { flags: '--memory <BYTES>', description: 'the memory that the stage may use', parse: parsePositive },
    ],
    hidden: true,
    run: async (_args, options: import('./commands/exec.ts').ExecOptions) =>
      (await import('./commands/exec.ts')).exec(options),
  }),
];
