import type { Arguments, CommandSpec, OptionSpec } from './command-spec.ts';
import type { CommonOptions } from './options.ts';
import { parseAge, parseCount, parseSize } from './quantities.ts';

const JOBS: OptionSpec = {
  flags: '--jobs <N>',
  description: 'at most so many stages at once (default: as many as there are cores)',
  parse: positiveInteger,
};

/** Every command, in the order in which `--help` lists them. */
export const COMMANDS: readonly CommandSpec[] = [
  command('run', '[STAGE...]', {
    description: 'run what has to run: everything, or the stages named and what they depend on',
    options: [
      { flags: '--from <STAGE>', description: 'run this stage and all that depends on it again, cached or not' },
      { flags: '--until <STAGE>', description: 'stop after this stage' },
      { flags: '--only <STAGE>', description: 'run this stage alone; its inputs must be cached' },
      { flags: '--force', description: 'run even what is cached' },
      { flags: '--dry-run', description: 'say what would run, and why' },
      { flags: '--locked', description: 'only what pipeline.lock describes, with the results that it names' },
      { flags: '--keep-going', description: 'after a failure go on with what does not depend on it' },
      JOBS,
    ],
    run: async ({ all }, options: import('./commands/run.ts').RunCommandOptions) =>
      (await import('./commands/run.ts')).run(all, options),
  }),
  command('status', '', {
    description: 'what would run and why, without running',
    run: async (_args, options) => (await import('./commands/status.ts')).status(options),
  }),
  command('explain', '<STAGE>', {
    description: "the parts of a stage's action key, and which of them changed since its last result",
    run: async (args, options) => (await import('./commands/explain.ts')).explain(args.one(0), options),
  }),
  command('graph', '', {
    description: 'the stages and what they read',
    options: [
      {
        flags: '--format <FORMAT>',
        description: 'mermaid, dot, svg or json',
        choices: ['mermaid', 'dot', 'svg', 'json'],
        default: 'mermaid',
      },
    ],
    run: async (_args, options: CommonOptions & { readonly format: string }) =>
      (await import('./commands/graph.ts')).graph(options),
  }),
  command('inspect', '<REF>', {
    description: 'look into a result: STAGE, STAGE.OUTPUT or a digest',
    options: [
      { flags: '--full', description: 'all of it: long models, lists and digests uncut' },
      { flags: '--png <FILE>', description: 'draw its pictures as a contact sheet' },
      { flags: '--force', description: 'replace the file of --png' },
    ],
    run: async (args, options: import('./commands/inspect.ts').InspectOptions) =>
      (await import('./commands/inspect.ts')).inspect(args.one(0), options),
  }),
  command('export', '<REF> <DIR>', {
    description: 'copy a result as plain files: STAGE, STAGE.OUTPUT or a digest',
    options: [{ flags: '--force', description: 'replace what is there' }],
    run: async (args, options: CommonOptions & { readonly force: boolean }) =>
      (await import('./commands/export.ts')).exportArtifacts(args.one(0), args.one(1), options),
  }),
  command('init', '[DIR]', {
    description: 'make a small pipeline that works, here or in DIR; overwrites nothing',
    run: async ({ all }, options) => (await import('./commands/init.ts')).init(all[0], options),
  }),
  command('verify', '[STAGE...]', {
    description: 'run again from nothing in a fresh cache and compare every output bit for bit with pipeline.lock',
    options: [{ flags: '--keep <DIR>', description: 'make the fresh cache in DIR, and leave it there' }, JOBS],
    run: async ({ all }, options: import('./commands/verify.ts').VerifyOptions) =>
      (await import('./commands/verify.ts')).verify(all, options),
  }),
  command('runs', '', {
    description: 'the past runs, newest first',
    options: [
      { flags: '--limit <N>', description: 'at most so many', parse: positiveInteger, default: 20 },
      { flags: '--all', description: 'all of them' },
    ],
    run: async (_args, options: import('./commands/runs.ts').RunsOptions) =>
      (await import('./commands/runs.ts')).runs(options),
  }),
  command('diff', '[RUN] [RUN]', {
    description:
      'what differs between two runs: an id, a beginning of one, latest or latest~N; of one given against the latest, of none the last two',
    run: async ({ all }, options) => (await import('./commands/diff.ts')).diff(all, options),
  }),
  command('cache ls', '[STAGE...]', {
    description: 'the results in the cache, newest first, and which of them are current or locked',
    run: async ({ all }, options) => (await import('./commands/cache-ls.ts')).cacheLs(all, options),
  }),
  command('cache du', '', {
    description: 'how much room the cache takes, by stage, and how much of it gc could free',
    run: async (_args, options) => (await import('./commands/cache-du.ts')).cacheDu(options),
  }),
  command('cache verify', '', {
    description: 'read everything in the cache again, and take away what is damaged: the next run makes it again',
    run: async (_args, options) => (await import('./commands/cache-verify.ts')).cacheVerify(options),
  }),
  command('cache gc', '', {
    description:
      'say what of the cache is of no use any more, and with --yes take it away; what the pipeline as it stands, pipeline.lock and the last runs need stays, and what a run under way uses',
    options: [
      {
        flags: '--older-than <AGE>',
        description: 'only what was last used so long ago: 12h, 30d, 2w',
        parse: parseAge,
      },
      {
        flags: '--max-size <SIZE>',
        description: 'the least recently used, until the results take no more than this: 500MB, 20GB',
        parse: parseSize,
      },
      { flags: '--keep-runs <N>', description: 'what the last N runs used stays', parse: parseCount, default: 10 },
      { flags: '--yes', description: 'take it away' },
    ],
    run: async (_args, options: import('./commands/cache-gc.ts').GcOptions) =>
      (await import('./commands/cache-gc.ts')).cacheGc(options),
  }),
  command('doctor', '', {
    description: 'what was found on this machine, and what to do about what is missing',
    run: async (_args, options) => (await import('./commands/doctor.ts')).doctor(options),
  }),
  command('setup', '', {
    description:
      'install for this project what its packages need beyond what npm installs; doctor shows what is missing',
    run: async (_args, options) => (await import('./commands/setup.ts')).setup(options),
  }),
  command('completion', '<SHELL>', {
    description: 'the script that makes a shell complete commands, stages and params: bash, zsh or fish',
    run: async (args, options) => (await import('./commands/completion.ts')).completion(args.one(0), options),
  }),
  command('complete', '[WORD...]', {
    description: 'for these scripts: what may stand where the last of the words is',
    hidden: true,
    run: async ({ all }, options) => (await import('./commands/complete.ts')).printCompletions(COMMANDS, all, options),
  }),
];

/** `Options` is what the declared options come to: the parsers fill them in by their camel-cased names. */
function command<Options extends CommonOptions>(
  name: string,
  args: string,
  spec: {
    readonly description: string;
    readonly options?: readonly OptionSpec[];
    readonly hidden?: true;
    readonly run: (args: Arguments, options: Options) => Promise<number>;
  },
): CommandSpec {
  const { options = [], run } = spec;
  return { ...spec, name, arguments: args, options, run: run as CommandSpec['run'] };
}

/** A whole number from 1. */
function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error('It must be a whole number from 1.');
  return value;
}
