import { parseArgs } from 'node:util';
import { COMMON_OPTIONS, type CommandSpec, type OptionShape, type OptionSpec, shapeOf } from './command-spec.ts';

/** What a command line asks for. */
export type Parsed = ParsedCommand | Help | { readonly kind: 'version' } | Invalid;

/** A valid command line. */
export interface ParsedCommand {
  readonly kind: 'command';
  readonly command: CommandSpec;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Help {
  readonly kind: 'help';
  /** What it is about: the words of a command or of a group of commands, or none. */
  readonly about: readonly string[];
  /** Whether the user asked for it; otherwise the command line is incomplete. */
  readonly isRequested: boolean;
}

export interface Invalid {
  readonly kind: 'invalid';
  readonly faults: readonly Fault[];
  /** The words of the command or group that was recognized. */
  readonly about: readonly string[];
}

/** What is wrong with a command line. */
export type Fault =
  | { readonly kind: 'unknown-command'; readonly word: string }
  | { readonly kind: 'option-before-command' | 'unknown-option'; readonly option: string }
  | { readonly kind: 'missing-value'; readonly option: Option; readonly next: string | undefined }
  | { readonly kind: 'needless-value'; readonly option: Option; readonly value: string }
  | { readonly kind: 'invalid-value'; readonly option: Option; readonly value: string; readonly expected?: string }
  | { readonly kind: 'missing-argument'; readonly name: string }
  | { readonly kind: 'needless-argument'; readonly word: string };

export type Option = OptionSpec & OptionShape;

const HELP: OptionSpec = { flags: '-h, --help', description: 'print help' };

/** The options of a command line, in the order in which help lists them: its own, and those of every command. */
export function optionsOf({ options }: Pick<CommandSpec, 'options'>): readonly Option[] {
  return [...options, ...COMMON_OPTIONS, HELP].map((spec) => ({ ...spec, ...shapeOf(spec) }));
}

/**
 * Parses the words that follow `pipeline`.
 *
 * @param commands the table of all commands.
 */
export function parse(words: readonly string[], commands: readonly CommandSpec[]): Parsed {
  const command = commandIn(words, commands);
  return command === undefined ? parseWithoutCommand(words, commands) : parseCommand(command, words);
}

/** Returns the command that begins a command line, if it is complete. */
export function commandIn(words: readonly string[], commands: readonly CommandSpec[]): CommandSpec | undefined {
  return commands.find(({ name }) => name.split(' ').every((part, index) => words[index] === part));
}

/** One part of a command line after the name of the command. */
export type Token =
  | { readonly kind: 'positional'; readonly value: string }
  /** An option with its value as written. `value` is undefined for a switch, and at the end of the words. */
  | { readonly kind: 'option'; readonly option: Option; readonly value: string | undefined; readonly joined: boolean }
  | { readonly kind: 'unknown'; readonly written: string }
  /** `--`: all that follows are positional arguments. */
  | { readonly kind: 'terminator' };

/** Splits the words after the name of a command into options and arguments, valid or not. */
export function tokensOf(words: readonly string[], options: readonly Option[]): readonly Token[] {
  const { tokens } = parseArgs({
    args: [...words],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      options.map(({ long, short, takesValue }) => [
        long,
        { type: takesValue ? 'string' : 'boolean', ...(short && { short }) },
      ]),
    ),
  });
  return tokens.map((token): Token => {
    if (token.kind === 'positional') return { kind: 'positional', value: token.value };
    if (token.kind === 'option-terminator') return { kind: 'terminator' };
    const option = options.find(({ long }) => long === token.name);
    if (option === undefined) return { kind: 'unknown', written: token.rawName };
    return { kind: 'option', option, value: token.value, joined: token.inlineValue === true };
  });
}

function parseCommand(command: CommandSpec, words: readonly string[]): Parsed {
  const about = command.name.split(' ');
  const options = optionsOf(command);
  const tokens = tokensOf(words.slice(about.length), options);
  const values = Object.fromEntries(options.flatMap((option) => initially(option)));
  const args: string[] = [];
  const faults: Fault[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value);
    else if (token.kind === 'unknown') faults.push({ kind: 'unknown-option', option: token.written });
    else if (token.kind === 'option') {
      if (token.option.long === 'help') return { kind: 'help', about, isRequested: true };
      const fault = assign(values, token);
      if (fault !== undefined) faults.push(fault);
    }
  }
  // While an option is wrong, its value may stand among the arguments.
  if (faults.length === 0) faults.push(...faultsOfArguments(args, command.arguments));
  if (faults.length > 0) return { kind: 'invalid', faults, about };
  return { kind: 'command', command, args, options: values };
}

function initially({ key, long, takesValue, repeatable, default: value }: Option): [string, unknown][] {
  if (long === 'help') return [];
  if (!takesValue) return [[key, long.startsWith('no-')]];
  if (repeatable) return [[key, []]];
  return value === undefined ? [] : [[key, value]];
}

/** Sets the value of an option, or returns what is wrong with it. */
function assign(values: Record<string, unknown>, token: Token & { readonly kind: 'option' }): Fault | undefined {
  const { option, value, joined } = token;
  const { key, long, takesValue, repeatable, choices, parse: convert } = option;
  if (!takesValue) {
    if (value !== undefined) return { kind: 'needless-value', option, value };
    values[key] = !long.startsWith('no-');
    return undefined;
  }
  // `--from --until x` lacks a stage, while `--from=--until` names one. Numbers may be negative.
  const isOption = value !== undefined && !joined && /^-[^\d]/.test(value);
  if (value === undefined || isOption) return { kind: 'missing-value', option, next: value };
  if (choices !== undefined && !choices.includes(value)) return { kind: 'invalid-value', option, value };
  try {
    const converted = convert === undefined ? value : convert(value);
    values[key] = repeatable ? [...(values[key] as unknown[]), converted] : converted;
    return undefined;
  } catch (error) {
    return { kind: 'invalid-value', option, value, expected: (error as Error).message };
  }
}

function faultsOfArguments(args: readonly string[], declared: string): readonly Fault[] {
  const names = declared.split(' ').filter((name) => name !== '');
  const missing = names.filter((name, index) => name.startsWith('<') && index >= args.length);
  const needless = declared.includes('...') ? [] : args.slice(names.length);
  return [
    ...missing.map((name): Fault => ({ kind: 'missing-argument', name: name.slice(1, -1) })),
    ...needless.map((word): Fault => ({ kind: 'needless-argument', word })),
  ];
}

function parseWithoutCommand(words: readonly string[], commands: readonly CommandSpec[]): Parsed {
  const [first] = words;
  const isGroup = commands.some(({ name }) => name.startsWith(`${first} `));
  const [about, rest] = isGroup && first !== undefined ? [[first], words.slice(1)] : [[], words];
  const [word, ...more] = rest;
  if (word === '--version' && !isGroup) return { kind: 'version' };
  if (word === '--help' || word === '-h') return { kind: 'help', about, isRequested: true };
  if (word === undefined) return { kind: 'help', about, isRequested: false };
  if (word === 'help') return parseHelp([...about, ...more], commands);
  if (word.startsWith('-')) {
    return { kind: 'invalid', about, faults: [{ kind: 'option-before-command', option: word }] };
  }
  return { kind: 'invalid', about, faults: [{ kind: 'unknown-command', word }] };
}

/** `pipeline help run` is `pipeline run --help`. */
function parseHelp(words: readonly string[], commands: readonly CommandSpec[]): Parsed {
  const command = commandIn(words, commands);
  if (command !== undefined) return { kind: 'help', about: command.name.split(' '), isRequested: true };
  const parsed = parseWithoutCommand(words, commands);
  return parsed.kind === 'help' ? { ...parsed, isRequested: true } : parsed;
}
