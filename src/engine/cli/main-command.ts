import { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Extensions } from '../../shared/extensions/extensions.ts';
import { beforeFirstUse, writeText } from '../../shared/text/output.ts';
import type { Arguments } from './command-spec.ts';
import { COMMANDS } from './commands.ts';
import { reportProblems, widthOf } from './console.ts';
import { EXIT } from './exit.ts';
import type { CommonOptions, Engine } from './options.ts';
import { type Parsed, parse } from './parse.ts';

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
  const parsed = parse(words, COMMANDS);
  if (parsed.kind === 'command') {
    const { command, args, options } = parsed;
    process.exitCode = await command.run(toArguments(args), { ...options, engine } as CommonOptions);
  } else process.exitCode = await answer(parsed, words, engine, distribution);
  output.finish();
}

/** Prints what a command line asks for that runs no command: help, the version, or what is wrong with it. */
async function answer(
  parsed: Exclude<Parsed, { readonly kind: 'command' }>,
  words: readonly string[],
  engine: Engine,
  { folder }: Distribution,
): Promise<number> {
  switch (parsed.kind) {
    case 'version': {
      const { version } = JSON.parse(readFileSync(join(folder, '..', 'package.json'), 'utf8')) as { version: string };
      writeText(process.stdout, `${version}\n`);
      return EXIT.ok;
    }
    case 'help': {
      const stream = parsed.isRequested ? process.stdout : process.stderr;
      writeText(stream, (await import('./help.ts')).helpOn(parsed.about, widthOf(stream)));
      return parsed.isRequested ? EXIT.ok : EXIT.badInput;
    }
    case 'invalid': {
      const problems = (await import('./command-line-problems.ts')).commandLineProblems(parsed);
      const asked = { json: words.includes('--json'), color: !words.includes('--no-color') };
      return reportProblems(problems, { ...asked, set: [], engine });
    }
    default:
      return parsed satisfies never;
  }
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
