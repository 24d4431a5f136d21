import { CACHE_COMMANDS } from './cache-commands.ts';
import { CLUSTER_COMMANDS } from './cluster-commands.ts';
import type { CommandSpec } from './command-spec.ts';
import { command } from './define-command.ts';
import type { CommonOptions } from './options.ts';
import { parsePort, parsePositive } from './quantities.ts';
import { parseColumns, parseFilter } from './run-options.ts';
import { JOBS, STACK, TOLERANCE } from './shared-options.ts';

/** Every command, in the order in which `--help` lists them. */
export const COMMANDS: readonly CommandSpec[] = [
  command('run', '[STAGE...]', {
    description: 'run all stages that are not up to date, or the given ones with their upstream stages',
    options: [
      { flags: '--from <STAGE>', description: 'rerun this stage and all downstream stages, even if they are cached' },
      { flags: '--until <STAGE>', description: 'stop after this stage' },
      { flags: '--only <STAGE>', description: 'run only this stage; its inputs must be cached' },
      {
        flags: '--since <REV>',
        description:
          'run and list only the stages whose code, params or inputs differ from pipeline.lock at this Git revision, and what is downstream of them',
      },
      { flags: '--force', description: 'rerun stages even if they are cached' },
      { flags: '--dry-run', description: 'show which stages would run, and why, without running them' },
      {
        flags: '--watch',
        description:
          'after the run, wait until the pipeline file, the code of a stage or an input changes, and run again; Ctrl-C ends it',
      },
      {
        flags: '--locked',
        description: 'fail unless pipeline.lock matches the pipeline, and every result matches pipeline.lock',
      },
      { ...TOLERANCE, description: `with --locked: ${TOLERANCE.description}` },
      {
        flags: '--trust-cache',
        description: 'believe results in the cache that were computed by others, and write them to pipeline.lock',
      },
      {
        flags: '--keep-going',
        description: 'after a failure, continue with stages that do not depend on the failed one',
      },
      { flags: '--no-upload', description: 'do not upload results to the remote cache' },
      {
        flags: '--executor <NAME>',
        description: 'run every stage by this executor of the pipeline file; local is this machine',
      },
      {
        flags: '--detach',
        description: 'submit the stages as jobs, and do not wait for them: pipeline attach goes on with them',
      },
      STACK,
      JOBS,
    ],
    run: async ({ all }, options: import('./commands/watch.ts').WatchableOptions) => {
      const { run } = await import('./commands/run.ts');
      return options.watch ? (await import('./commands/watch.ts')).watch(all, options, run) : run(all, options);
    },
  }),
  command('status', '[STAGE...]', {
    description: 'show which stages would run, and why; of the given ones and their upstream stages, if any are given',
    run: async ({ all }, options) => (await import('./commands/status.ts')).status(all, options),
  }),
  command('explain', '<STAGE>', {
    description: "show the parts of a stage's action key, and what changed since its last result",
    options: [{ flags: '--full', description: 'list all packages, not only those that changed' }],
    run: async (args, options: import('./commands/explain.ts').ExplainOptions) =>
      (await import('./commands/explain.ts')).explain(args.one(0), options),
  }),
  command('graph', '', {
    description: 'print the graph of the stages and their inputs',
    options: [
      {
        flags: '--format <FORMAT>',
        description: 'output format: mermaid, dot, svg or json',
        choices: ['mermaid', 'dot', 'svg', 'json'],
        default: 'mermaid',
      },
    ],
    run: async (_args, options: CommonOptions & { readonly format: string }) =>
      (await import('./commands/graph.ts')).graph(options),
  }),
  command('inspect', '<REF>', {
    description:
      'show the content and provenance of a result, given as STAGE, STAGE.OUTPUT, RUN:STAGE.OUTPUT or a digest',
    options: [
      { flags: '--full', description: 'do not truncate long models, lists and digests' },
      { flags: '--png <FILE>', description: 'write a contact sheet of its images to FILE' },
      { flags: '--force', description: 'overwrite the file given by --png' },
      { flags: '--no-pictures', description: 'do not show images in a terminal that can show them' },
    ],
    run: async (args, options: import('./commands/inspect.ts').InspectOptions) =>
      (await import('./commands/inspect.ts')).inspect(args.one(0), options),
  }),
  command('export', '<REF> <DIR>', {
    description: 'copy a result, given as STAGE, STAGE.OUTPUT, RUN:STAGE.OUTPUT or a digest, into a directory',
    options: [{ flags: '--force', description: 'overwrite existing files' }],
    run: async (args, options: CommonOptions & { readonly force: boolean }) =>
      (await import('./commands/export.ts')).exportArtifacts(args.one(0), args.one(1), options),
  }),
  command('report', '[RUN]', {
    description: 'write a page about a run, by default the latest: an HTML file that needs no server and no network',
    options: [
      { flags: '-o, --output <FILE>', description: 'the file to write', default: 'report.html' },
      { flags: '--baseline <RUN>', description: 'the run to compare it with (default: the one before it)' },
      {
        flags: '--compare <RUN>',
        description: 'the same, in the order of diff: --compare BEFORE RUN is RUN --baseline BEFORE',
      },
      { flags: '--force', description: 'overwrite FILE even if it is not a report' },
    ],
    run: async ({ all }, options: import('./commands/report.ts').ReportOptions) =>
      (await import('./commands/report.ts')).report(all[0], options),
  }),
  command('ui', '', {
    description: 'serve the pages about all runs on this machine, live while stages run; Ctrl-C ends it',
    options: [{ flags: '--port <N>', description: 'the port (default: any free one)', parse: parsePort, default: 0 }],
    run: async (_args, options: import('./commands/ui.ts').UiOptions) => (await import('./commands/ui.ts')).ui(options),
  }),
  command('ci-summary', '[FILE]', {
    description:
      'print a summary of a run as Markdown, for the page of a CI job. FILE: what run --json, verify --json or ci-summary --json has printed (default: the newest run)',
    options: [
      {
        flags: '--since <REV>',
        description:
          'compare metrics with the results that pipeline.lock has at this Git revision (default: with the run before)',
      },
      { flags: '--comment', description: 'print at most 65,000 characters, for a comment' },
    ],
    run: async ({ all }, options: import('./commands/ci-summary.ts').CiSummaryOptions) =>
      (await import('./commands/ci-summary.ts')).ciSummary(all[0], options),
  }),
  command('init', '[DIR]', {
    description: 'create a small working pipeline in DIR (default: this folder); never overwrites files',
    options: [
      {
        flags: '--template <NAME>',
        description: 'what the pipeline is made from: starter, vision, or another (an unknown name lists all)',
        default: 'starter',
      },
    ],
    run: async ({ all }, options: import('./commands/init.ts').InitOptions) =>
      (await import('./commands/init.ts')).init(all[0], options),
  }),
  command('verify', '[STAGE...]', {
    description:
      'rerun all stages in an empty cache and check that every output is byte-identical to pipeline.lock; on another class of machine, that its numbers are within a tolerance',
    options: [
      { flags: '--keep <DIR>', description: 'create the empty cache in DIR, and do not delete it afterwards' },
      {
        flags: '--strict',
        description: 'find what stages use without having declared it: files, variables, network, time and more',
      },
      {
        flags: '--pass <NAME>',
        description: 'of the passes of --strict only this one (repeatable)',
        choices: ['trace', 'hide', 'vary'],
        repeatable: true,
      },
      TOLERANCE,
      STACK,
      JOBS,
    ],
    run: async ({ all }, options: import('./commands/verify.ts').VerifyOptions) =>
      (await import('./commands/verify.ts')).verify(all, options),
  }),
  command('runs', '', {
    description:
      'show past runs of this pipeline as a table, newest first, with their metrics and the params that differ',
    options: [
      { flags: '--limit <N>', description: 'maximum number of runs', parse: parsePositive, default: 20 },
      { flags: '--all', description: 'show all runs' },
      {
        flags: '--columns <NAMES>',
        description:
          'show these columns, separated by commas: NAME or STAGE.NAME of metrics and params, in which * stands for any characters, or one of when, state, took, stages, pipeline and file',
        parse: parseColumns,
      },
      {
        flags: '--sort <NAME>',
        description: 'sort by a column, the smallest first; the instances of a matrix count with their mean',
      },
      { flags: '--reverse', description: 'reverse the order: with --sort, the largest first' },
      {
        flags: '--filter <CONDITION>',
        description: 'show only runs that meet a condition, such as "accuracy>=0.9" or state=ok (repeatable)',
        parse: parseFilter,
        repeatable: true,
      },
      { flags: '--csv', description: 'print CSV, by default with every metric and param' },
      { flags: '--other-pipelines', description: 'show the runs of other pipelines on this cache, too' },
    ],
    run: async (_args, options: import('./commands/runs.ts').RunsOptions) =>
      (await import('./commands/runs.ts')).runs(options),
  }),
  command('logs', '<STAGE>', {
    description: 'show what a stage has printed, with times (UTC), in its newest run',
    options: [
      { flags: '--run <RUN>', description: 'in this run: an id, an unambiguous prefix of one, latest or latest~N' },
      { flags: '--attempt <N>', description: 'only this attempt of a stage with retries', parse: parsePositive },
      { flags: '--follow', description: 'if the stage is running or waiting, print what it prints until it ends' },
    ],
    run: async (args, options: import('./commands/logs.ts').LogsOptions) =>
      (await import('./commands/logs.ts')).logs(args.one(0), options),
  }),
  command('diff', '[RUN] [RUN]', {
    description:
      'compare two runs (default: the last two of this pipeline; one argument is compared with its latest run). RUN is the beginning or the end of an id, latest or latest~N',
    run: async ({ all }, options) => (await import('./commands/diff.ts')).diff(all, options),
  }),
  ...CLUSTER_COMMANDS,
  ...CACHE_COMMANDS,
  command('doctor', '', {
    description: 'check this machine and its installation, and say how to fix what is missing',
    run: async (_args, options) => (await import('./commands/doctor.ts')).doctor(options),
  }),
  command('setup', '', {
    description:
      'install for this project what its packages need beyond what npm installs; doctor shows what is missing',
    run: async (_args, options) => (await import('./commands/setup.ts')).setup(options),
  }),
  command('completion', '<SHELL>', {
    description: 'print the completion script for a shell: bash, zsh or fish',
    run: async (args, options) => (await import('./commands/completion.ts')).completion(args.one(0), options),
  }),
  command('complete', '[WORD...]', {
    description: 'print the completions of the last word, for the completion scripts',
    hidden: true,
    run: async ({ all }, options) => (await import('./commands/complete.ts')).printCompletions(COMMANDS, all, options),
  }),
];
