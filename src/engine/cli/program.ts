import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { writeText } from '../../shared/text/output.ts';
import { COMMON_OPTIONS, type CommandSpec, type OptionSpec, shapeOf } from './command-spec.ts';
import { COMMANDS } from './commands.ts';
import { documentationNote } from './documentation.ts';
import { EXIT } from './exit.ts';
import type { ParsedCommand } from './parse-quickly.ts';

/** Parses a command line, prints help and errors, and returns an exit code if there is nothing to run. */
export async function parseWithCommander(words: readonly string[], version: string): Promise<ParsedCommand | number> {
  let parsed: ParsedCommand | undefined;
  const root = configured(new Command('pipeline'))
    .description('Runs the stages of a pipeline.yaml that are not up to date, and caches their results.')
    .version(version, '--version', 'print the version');
  for (const spec of COMMANDS) {
    const names = spec.name.split(' ');
    const group = names.length > 1 ? groupOf(root, names[0] ?? '') : root;
    const command = configured(
      group
        .command(`${names.at(-1)} ${spec.arguments}`, { hidden: spec.hidden === true })
        .description(spec.description),
    );
    for (const option of [...spec.options, ...COMMON_OPTIONS]) command.addOption(toOption(option));
    command.action((...given: unknown[]) => {
      const args = given
        .slice(0, -2)
        .flat()
        .filter((argument) => argument !== undefined) as string[];
      parsed = { command: spec, args, options: { ...switchesOff(spec), ...command.opts() } };
    });
  }
  root.addHelpText('after', () => documentationNote(process.argv[1] ?? '.'));
  try {
    await root.parseAsync([...words], { from: 'user' });
    return parsed ?? EXIT.badInput;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Requested help is a success; everything else that commander throws is an invalid command line.
    return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  }
}

/** Commander omits switches that are not given, and would show a default of `false` in its help. */
function switchesOff({ options }: CommandSpec): Record<string, false> {
  const switches = [...options, ...COMMON_OPTIONS].map(shapeOf).filter(({ takesValue }) => !takesValue);
  return Object.fromEntries(switches.map(({ key }) => [key, false]));
}

function configured(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => writeText(process.stdout, text),
      writeErr: (text) => writeText(process.stderr, text),
    })
    .showHelpAfterError('(run "pipeline --help" for a list of commands)')
    .configureHelp({ showGlobalOptions: true });
}

const GROUPS: Readonly<Record<string, string>> = { cache: 'list, measure, check and clean up the cached results' };

function groupOf(root: Command, name: string): Command {
  return (
    root.commands.find((command) => command.name() === name) ??
    configured(root.command(name).description(GROUPS[name] ?? ''))
  );
}

function toOption(spec: OptionSpec): Option {
  const { takesValue } = shapeOf(spec);
  const option = new Option(spec.flags, spec.description);
  const parse = (text: string) => {
    try {
      return spec.parse === undefined ? text : spec.parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
  if (spec.repeatable) {
    option.default([], 'none').argParser((text: string, before: unknown[]) => [...before, parse(text)]);
  } else if (takesValue) {
    option.argParser(parse);
    if (spec.default !== undefined) option.default(spec.default);
  }
  return option;
}
