import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Extensions } from '../../shared/extensions/extensions.ts';
import type { Arguments } from './command-spec.ts';
import { EXIT } from './exit.ts';
import type { CommonOptions, Engine } from './options.ts';
import { parseQuickly } from './parse-quickly.ts';

/** What only the built command knows. */
export interface Distribution {
  /** The folder with all built files. */
  readonly folder: string;
  /** Tells this build from others. */
  readonly build: string;
  readonly extensions: Extensions;
}

const RUNS_STAGES: readonly string[] = ['run', 'verify'];

/** Runs what the command line asks for and leaves its exit code to the process. */
export async function mainCommand(words: readonly string[], distribution: Distribution): Promise<void> {
  let unread: number = EXIT.ok;
  // A reader that has seen enough, like "| head", is no failure of a listing. A run that it ends is not complete.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(unread);
    throw error;
  });
  const engine = engineIn(distribution);
  const parsed = parseQuickly(words) ?? (await (await import('./program.ts')).parseWithWords(words));
  if (typeof parsed === 'number') {
    process.exitCode = parsed;
    return;
  }
  const { command, args, options } = parsed;
  if (RUNS_STAGES.includes(command.name)) unread = EXIT.interrupted;
  process.exitCode = await command.run(toArguments(args), { ...options, engine } as CommonOptions);
}

function engineIn({ folder, build, extensions }: Distribution): Engine {
  const host = join(folder, 'stage-host.js');
  if (!existsSync(host)) throw new Error(`${host} is missing: the package is incomplete. Install it again.`);
  return { host, stageApi: join(folder, 'index.js'), hashWorker: join(folder, 'hash-worker.js'), build, extensions };
}

function toArguments(all: readonly string[]): Arguments {
  return {
    all,
    one: (index) => {
      const argument = all[index];
      if (argument === undefined) throw new Error(`a command asked for argument ${index}, which it does not declare`);
      return argument;
    },
  };
}
