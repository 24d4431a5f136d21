import type { CommonOptions } from './options.ts';

/** An option of a command, as data: the parser, help and shell completion are derived from it. */
export interface OptionSpec {
  /** `--jobs <N>`, or `-f, --file <FILE>`. Without `<…>` the option is a switch. */
  readonly flags: string;
  readonly description: string;
  /** The option may be given several times. */
  readonly repeatable?: true;
  /** Converts the text into a value. Throws an Error whose message says what is expected. */
  readonly parse?: (text: string) => unknown;
  /** The accepted values. */
  readonly choices?: readonly string[];
  /** The value if the option is not given. A switch is then false. */
  readonly default?: unknown;
}

export interface CommandSpec {
  /** `run`, or `cache ls` for a command in a group. */
  readonly name: string;
  /** `[STAGE...]`, `<REF> <DIR>`. */
  readonly arguments: string;
  readonly description: string;
  readonly options: readonly OptionSpec[];
  /** Meant for programs: neither listed nor completed. */
  readonly hidden?: true;
  /** Runs the command and returns its exit code. Imports its module on demand, which keeps the start-up time short. */
  readonly run: (args: Arguments, options: CommonOptions) => Promise<number>;
}

/** The positional arguments as typed. */
export interface Arguments {
  /** Returns the argument at `index`, which must be a required argument of the command. */
  one(index: number): string;
  readonly all: readonly string[];
}

/** The options that every command accepts. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '-f, --file <FILE>',
    description: 'pipeline file, or its folder (default: pipeline.yaml in this or a parent folder)',
  },
  {
    flags: '--cache <DIR>',
    description: 'cache directory (default: cache next to the pipeline file)',
    parse: notTilde,
  },
  {
    flags: '--set <KEY=VALUE>',
    description: 'set a shared param, or STAGE.PARAM for a param of one stage (repeatable)',
    repeatable: true,
  },
  { flags: '--profile <NAME>', description: 'apply a profile of the pipeline file to its params' },
  {
    flags: '--remote <URL>',
    description:
      'remote cache: s3://bucket/prefix, https://host/path or a folder (default: remote in the pipeline file)',
  },
  { flags: '--offline', description: 'do not use the remote cache' },
  { flags: '--json', description: 'print JSON to stdout, one object per line' },
  { flags: '--no-color', description: 'print without colors' },
];

/** A shell replaces `~` only at the beginning of a word without quotes; otherwise a folder of that name would be made. */
function notTilde(path: string): string {
  if (/^~(\/|$)/.test(path)) throw new Error('the shell has not replaced "~". Write "$HOME" instead.');
  return path;
}

/** The parsed flags of an option. */
export interface OptionShape {
  readonly long: string;
  readonly short: string | undefined;
  readonly takesValue: boolean;
  /** The key of its value in the command's options: `dryRun`; `color` for `--no-color`. */
  readonly key: string;
}

export function shapeOf({ flags }: OptionSpec): OptionShape {
  const [, short, long = '', value] = /^(?:-(\w), )?--([\w-]+)( <.+>)?$/.exec(flags) ?? [];
  const key = long.replace(/^no-/, '').replaceAll(/-(\w)/g, (_match, letter: string) => letter.toUpperCase());
  return { long, short, takesValue: value !== undefined, key };
}
