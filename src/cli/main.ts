import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { EXIT } from './console.ts';
import { type CommonOptions, type Engine, positiveInteger, withCommonOptions } from './options.ts';

/** Commands are loaded when they are called: starting up is the cost when nothing has changed. */
function program(engine: Engine, finish: (code: number) => void): Command {
  const root = new Command('pipeline')
    .description('Runs the stages of a pipeline.yaml that have to run, and keeps what they make.')
    .exitOverride()
    .showHelpAfterError('(pipeline --help lists the commands)')
    .configureHelp({ showGlobalOptions: true });
  const command = (usage: string, description: string) =>
    withCommonOptions(root.command(usage).description(description));
  const options = <Options extends CommonOptions>(given: object) => ({ ...given, engine }) as Options;

  command('run [STAGE...]', 'run what has to run: everything, or the stages named and what they depend on')
    .option('--from <STAGE>', 'run this stage and all that depends on it again, cached or not')
    .option('--until <STAGE>', 'stop after this stage')
    .option('--only <STAGE>', 'run this stage alone; its inputs must be cached')
    .option('--force', 'run even what is cached', false)
    .option('--dry-run', 'say what would run, and why', false)
    .option('--keep-going', 'after a failure go on with what does not depend on it', false)
    .option('--jobs <N>', 'at most so many stages at once (default: as many as there are cores)', positiveInteger)
    .action(async (stages: string[], given: object) => {
      finish(await (await import('./run.ts')).run(stages, options(given)));
    });

  command('status', 'what would run and why, without running').action(async (given: object) => {
    finish(await (await import('./status.ts')).status(options(given)));
  });

  command(
    'explain <STAGE>',
    "the parts of a stage's action key, and which of them changed since its last result",
  ).action(async (stage: string, given: object) => {
    finish(await (await import('./explain.ts')).explain(stage, options(given)));
  });

  command('graph', 'the stages and what they read')
    .option('--format <FORMAT>', 'mermaid, dot, svg or json', 'mermaid')
    .action(async (given: object) => {
      finish(await (await import('./graph.ts')).graph(options(given)));
    });

  command('inspect <REF>', 'look into a result: STAGE, STAGE.OUTPUT or a digest').action(
    async (ref: string, given: object) => {
      finish(await (await import('./inspect.ts')).inspect(ref, options(given)));
    },
  );

  command('export <REF> <DIR>', 'copy a result as plain files: STAGE, STAGE.OUTPUT or a digest')
    .option('--force', 'replace what is there', false)
    .action(async (ref: string, directory: string, given: object) => {
      finish(await (await import('./export.ts')).exportArtifacts(ref, directory, options(given)));
    });

  command('doctor', 'what was found on this machine, and what to do about what is missing').action(
    async (given: object) => {
      finish(await (await import('./doctor.ts')).doctor(options(given)));
    },
  );

  return root;
}

async function main(): Promise<void> {
  const here = dirname(fileURLToPath(import.meta.url));
  const engine = { host: join(here, 'stage-host.js'), stageApi: join(here, 'stage.js') };
  if (!existsSync(engine.host))
    throw new Error(`${engine.host} is missing: the package is not whole; install it again`);
  try {
    await program(engine, (code) => {
      process.exitCode = code;
    }).parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help that was asked for ends well; everything else that commander throws is a wrong command line.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  }
}

// A reader that has seen enough, like «| head», is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});
await main();
