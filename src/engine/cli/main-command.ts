import { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Extensions } from '../../shared/extensions/extensions.ts';
import { beforeFirstUse, writeText } from '../../shared/text/output.ts';
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

/** Runs the command of the command line and sets the exit code of the process. */
export async function mainCommand(words: readonly string[], distribution: Distribution): Promise<void> {
  const output = watchOutput();
  const engine = engineIn(distribution);
  const parsed = parseQuickly(words) ?? (await parseCarefully(words, distribution));
  if (typeof parsed === 'number') {
    process.exitCode = parsed;
    return;
  }
  const { command, args, options } = parsed;
  process.exitCode = await command.run(toArguments(args), { ...options, engine } as CommonOptions);
  output.finish();
}

async function parseCarefully(words: readonly string[], { folder }: Distribution) {
  const { version } = JSON.parse(readFileSync(join(folder, '..', 'package.json'), 'utf8')) as { version: string };
  return (await import('./program.ts')).parseWithCommander(words, version);
}

/**
 * Ignores errors of writing to stdout and stderr while a command works, since what it does does not depend on who reads
 * about it. A reader that closes the pipe early, such as `| head`, has what it wanted. Output that is lost for another
 * reason, such as a full disk, turns success into a failure at the end.
 */
function watchOutput(): { finish: () => void } {
  let lost: string | undefined;
  const watch = (stream: object) => {
    if (!(stream instanceof EventEmitter)) return;
    stream.on('error', ({ code = 'unknown error' }: NodeJS.ErrnoException) => {
      if (!NOBODY_READS.includes(code)) lost ??= code;
      finish();
    });
  };
  // Reporters write to stdout in other ways, too.
  watch(process.stdout);
  beforeFirstUse((stream) => {
    if (stream !== process.stdout) watch(stream);
  });
  let isFinished = false;
  const finish = () => {
    if (!isFinished || lost === undefined || process.exitCode !== EXIT.ok) return;
    process.exitCode = EXIT.stageFailed;
    writeText(process.stderr, `error: cannot write the output: ${lost}\n`);
  };
  return {
    finish: () => {
      isFinished = true;
      finish();
    },
  };
}

/** The reader is gone: a pipe is closed, or a terminal has ended. */
const NOBODY_READS = ['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED'];

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
