import { command } from './define-command.ts';
import { parsePositive } from './quantities.ts';

export const EXPORT_WORKFLOW = command('export-workflow', '[STAGE...]', {
  description: 'print a workflow for another system that runs all stages, or the given ones with their upstream stages',
  options: [
    { flags: '--format <FORMAT>', description: 'the system: argo', choices: ['argo'], default: 'argo' },
    { flags: '--image <IMAGE>', description: 'container image with the project and its packages; required' },
    {
      flags: '--secret <NAME>',
      description: 'Kubernetes Secret with the declared variables (default: the name of the pipeline)',
    },
    { flags: '--claim <NAME>', description: 'persistent volume claim for the cache, mounted in every pod' },
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
});
