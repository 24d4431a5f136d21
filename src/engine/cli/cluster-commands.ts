import type { CommandSpec } from './command-spec.ts';
import { command } from './define-command.ts';
import { parseCount, parsePositive } from './quantities.ts';
import { JOBS, STACK } from './shared-options.ts';

/** Accepts the name of an object of Kubernetes. Throws an Error for anything else. */
function parseObjectName(text: string): string {
  if (/^[a-z0-9]([a-z0-9.-]{0,200}[a-z0-9])?$/.test(text)) return text;
  throw new Error('Expected lower-case letters, digits, "-" and ".".');
}

/** The commands about stages on other machines. */
export const CLUSTER_COMMANDS: readonly CommandSpec[] = [
  command('attach', '[RUN]', {
    description: 'follow a run whose jobs were submitted to a cluster, by default the newest, or show how it ended',
    options: [STACK, JOBS],
    run: async ({ all }, options: import('./commands/attach.ts').AttachOptions) =>
      (await import('./commands/attach.ts')).attach(all[0], options),
  }),
  command('cancel', '[RUN]', {
    description: 'cancel the jobs of a run, by default the newest, in the queue of a cluster',
    run: async ({ all }, options) => (await import('./commands/cancel.ts')).cancel(all[0], options),
  }),
  command('export-workflow', '[STAGE...]', {
    description:
      'print a workflow for another system that runs all stages, or the given ones with their upstream stages',
    options: [
      { flags: '--format <FORMAT>', description: 'the system: argo', choices: ['argo'], default: 'argo' },
      { flags: '--image <IMAGE>', description: 'container image with the project and its packages; required' },
      {
        flags: '--secret <NAME>',
        description: 'Kubernetes Secret with the declared variables (default: the name of the pipeline)',
        parse: parseObjectName,
      },
      {
        flags: '--claim <NAME>',
        description: 'persistent volume claim for the cache, mounted in every pod',
        parse: parseObjectName,
      },
      {
        flags: '--keep-going',
        description: 'after a failure, continue with stages that do not depend on the failed one',
      },
      {
        flags: '--jobs <N>',
        description: 'maximum number of stages that run in parallel (default: as many as the cluster starts)',
        parse: parsePositive,
      },
    ],
    run: async ({ all }, options: import('./commands/export-workflow.ts').ExportWorkflowOptions) =>
      (await import('./commands/export-workflow.ts')).exportWorkflow(all, options),
  }),
  command('exec', '', {
    description: 'run one stage of a plan in the cache, as a job of a scheduler does',
    options: [
      { flags: '--plan <DIGEST>', description: 'the plan: pipeline run writes it to jobs/ in the cache' },
      {
        flags: '--plan-size <BYTES>',
        description: 'the size of the plan, which is then downloaded if it is not in the cache',
        parse: parsePositive,
      },
      { flags: '--stage <STAGE>', description: 'the stage; its inputs must be in the cache' },
      { flags: '--run <ID>', description: 'the id of the run to which the job belongs' },
      {
        flags: '--requeue <COMMAND>',
        description: 'the shell command that queues this job again, if it gets SIGUSR2 since its time is up',
      },
      { flags: '--memory <BYTES>', description: 'the memory that the stage may use', parse: parsePositive },
      { flags: '--retries <N>', description: 'how often the stage is retried if it fails', parse: parseCount },
      { flags: '--plain', description: 'print for people, and not for the runner that follows the job' },
    ],
    hidden: true,
    run: async (_args, options: import('./commands/exec.ts').ExecOptions) =>
      (await import('./commands/exec.ts')).exec(options),
  }),
];
