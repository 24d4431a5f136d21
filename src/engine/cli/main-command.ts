import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Extensions } from '../../shared/extensions/extensions.ts';
import type { Arguments } from './command-spec.ts';
import { EXIT } from './exit.ts';
import type { CommonOptions, Engine } from './options.ts';
import { parseQuickly } from './parse-quickly.ts';

/** What only the built command knows about itself. */
export interface Distribution {
  /** The folder that contains all built files. */
  readonly folder: string;
  /** Identifies this build. */
  readonly build: string;
  readonly extensions: Extensions;
}

/** Commands that run stages. Closing their output interrupts them. */
const RUNS_STAGES: readonly string[] = ['run', 'verify'];

/** Runs the command of the command line and sets the exit code of the process. */
export async function mainCommand(words: readonly string[], distribution: Distribution): Promise<void> {
  let unread: number = EXIT.ok;
  // A reader that closes the pipe early, such as `| head`, is not an error for a listing, but it interrupts a run.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(unread);
    throw error;
  });
  const engine = engineIn(distribution);
  const parsed = parseQuickly(words) ?? (await (await import('./program.ts')).parseWithCommander(words));
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
  if (!existsSync(host))
    throw new Error(`the file ${host} of this package is missing. Reinstall the package: npm install`);
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
