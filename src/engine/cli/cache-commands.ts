import type { CommandSpec } from './command-spec.ts';
import { command } from './define-command.ts';
import { parseAge, parseCount, parsePositive, parseSize } from './quantities.ts';

/** The commands about the cache, in the order in which `--help` lists them. */
export const CACHE_COMMANDS: readonly CommandSpec[] = [
  command('cache ls', '[STAGE...]', {
    description: 'list the results in the cache, newest first, and mark those that are current or locked',
    run: async ({ all }, options) => (await import('./commands/cache-ls.ts')).cacheLs(all, options),
  }),
  command('cache du', '', {
    description: 'show the disk usage of the cache by stage, and how much of it gc could free',
    run: async (_args, options) => (await import('./commands/cache-du.ts')).cacheDu(options),
  }),
  command('cache verify', '', {
    description:
      'check the integrity of the cache and delete corrupted entries; the next run recomputes them. Lists unknown files',
    options: [{ flags: '--yes', description: 'delete unknown files, too' }],
    run: async (_args, options: import('./commands/cache-verify.ts').CacheVerifyOptions) =>
      (await import('./commands/cache-verify.ts')).cacheVerify(options),
  }),
  command('cache gc', '', {
    description:
      'list unreferenced results, and delete them with --yes; keeps what the current pipeline, pipeline.lock, the last runs, runs in progress and other projects need',
    options: [
      {
        flags: '--older-than <AGE>',
        description: 'delete only what was last used longer than AGE ago: 12h, 30d, 2w',
        parse: parseAge,
      },
      {
        flags: '--max-size <SIZE>',
        description: 'delete the least recently used results until the rest fits into SIZE: 500MB, 20GB',
        parse: parseSize,
      },
      {
        flags: '--keep-runs <N>',
        description: 'keep what the last N runs of each project used',
        parse: parseCount,
        default: 10,
      },
      {
        flags: '--keep-projects <AGE>',
        description: 'keep what other projects, branches and profiles need that were run within AGE (default: 90d)',
        parse: parseAge,
      },
      {
        flags: '--release <PROJECT>',
        description: 'keep nothing for this other project, given by its id or its pipeline file (repeatable)',
        repeatable: true,
      },
      { flags: '--yes', description: 'delete; without it, only list' },
    ],
    run: async (_args, options: import('./commands/cache-gc.ts').GcOptions) =>
      (await import('./commands/cache-gc.ts')).cacheGc(options),
  }),
  command('cache push', '[STAGE...]', {
    description:
      'upload the current results to the remote cache, or those of the given stages with their upstream stages',
    run: async ({ all }, options) => (await import('./commands/cache-push.ts')).cachePush(all, options),
  }),
  command('cache pull', '[STAGE...]', {
    description:
      'download the current results from the remote cache, or those of the given stages with their upstream stages',
    run: async ({ all }, options) => (await import('./commands/cache-pull.ts')).cachePull(all, options),
  }),
  command('cache audit', '[STAGE...]', {
    description: 'recompute results of the remote cache, drawn at random, and compare them bit for bit',
    options: [
      { flags: '--sample <N>', description: 'how many results are recomputed', parse: parsePositive, default: 3 },
    ],
    run: async ({ all }, options: import('./commands/cache-audit.ts').AuditOptions) =>
      (await import('./commands/cache-audit.ts')).cacheAudit(all, options),
  }),
  command('cache keygen', '<FILE>', {
    description:
      'create a pair of keys to sign results in the remote cache: the private key in FILE, the public one printed',
    run: async (args, options) => (await import('./commands/cache-keygen.ts')).cacheKeygen(args.one(0), options),
  }),
];
