import type { CommonOptions } from './options.ts';

/** An option of a command, as data: commander, the quick parser and shell completion are made from it. */
export interface OptionSpec {
  /** `--jobs <N>`, or `-f, --file <FILE>`; without `<…>` it is a switch. */
  readonly flags: string;
  readonly description: string;
  /** May be given several times. */
  readonly repeatable?: true;
  /** Turns the text into a value; throws an Error that says what it must be. */
  readonly parse?: (text: string) => unknown;
  /** The values that it takes, for completion. */
  readonly choices?: readonly string[];
  /** What it is when it isn't given. Switches are false. */
  readonly default?: unknown;
}

export interface CommandSpec {
  /** `run`, or `cache ls` for a command within a group. */
  readonly name: string;
  /** `[STAGE...]`, `<REF> <DIR>`. */
  readonly arguments: string;
  readonly description: string;
  readonly options: readonly OptionSpec[];
  /** For programs: neither listed nor completed. */
  readonly hidden?: true;
  /** Runs it and returns the exit code. Its module is loaded only now: starting up is the cost when nothing changed. */
  readonly run: (args: Arguments, options: CommonOptions) => Promise<number>;
}

/** The positional arguments as typed. */
export interface Arguments {
  /** The argument at `index`, which the command's declaration has as required. */
  one(index: number): string;
  readonly all: readonly string[];
}

/** What every command takes. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '-f, --file <FILE>',
    description: 'the pipeline file (default: pipeline.yaml, here or in a folder above)',
  },
  { flags: '--cache <DIR>', description: 'the cache (default: cache beside the pipeline file)' },
  {
    flags: '--set <KEY=VALUE>',
    description: 'replace a shared param, or with STAGE.PARAM one of a stage; repeatable',
    repeatable: true,
  },
  { flags: '--profile <NAME>', description: 'lay a profile of the pipeline file over its params' },
  { flags: '--json', description: 'one JSON object a line on stdout' },
  { flags: '--no-color', description: 'no colours' },
];

/** `--dry-run` and the like, taken apart. */
export interface OptionShape {
  readonly long: string;
  readonly short: string | undefined;
  readonly takesValue: boolean;
  /** The name of its value among a command's options: `dryRun`; `color` for `--no-color`. */
  readonly key: string;
}

export function shapeOf({ flags }: OptionSpec): OptionShape {
  const [, short, long = '', value] = /^(?:-(\w), )?--([\w-]+)( <.+>)?$/.exec(flags) ?? [];
  const key = long.replace(/^no-/, '').replaceAll(/-(\w)/g, (_match, letter: string) => letter.toUpperCase());
  return { long, short, takesValue: value !== undefined, key };
}
