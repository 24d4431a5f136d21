import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Arguments } from './engine/cli/command-spec.ts';
import { EXIT } from './engine/cli/exit.ts';
import type { CommonOptions } from './engine/cli/options.ts';
import { parseQuickly } from './engine/cli/parse-quickly.ts';

/** Made by the build from all that the engine is made of. */
declare const BUILD: string;

async function main(words: readonly string[]): Promise<number> {
  const here = dirname(fileURLToPath(import.meta.url));
  const engine = {
    host: join(here, 'stage-host.js'),
    stageApi: join(here, 'index.js'),
    hashWorker: join(here, 'hash-worker.js'),
    build: BUILD,
  };
  if (!existsSync(engine.host))
    throw new Error(`${engine.host} is missing: the package is not whole; install it again`);
  const parsed = parseQuickly(words) ?? (await (await import('./engine/cli/program.ts')).parseWithWords(words));
  if (typeof parsed === 'number') return parsed;
  return parsed.command.run(toArguments(parsed.args), { ...parsed.options, engine } as CommonOptions);
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

// A reader that has seen enough, like «| head», is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});
// No top-level await: the command is bundled as CommonJS.
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
