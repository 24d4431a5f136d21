import type { CommandSpec } from '../command-spec.ts';
import { commandIn, type Option, optionsOf, tokensOf } from '../parse.ts';
import type { ParamName, PipelineNames } from '../pipeline-names.ts';
import { SHELLS } from './shells.ts';

/** A word that may come next. A candidate that ends in `=`, `.` or `:` is to be continued. */
export interface Candidate {
  readonly value: string;
  readonly description?: string;
}

/** The possible words at the cursor. */
export interface Completions {
  readonly candidates: readonly Candidate[];
  /** Set if paths are possible too, which the shell completes. */
  readonly paths?: 'files' | 'directories';
}

/** The pipeline file and cache that the words so far give. */
export interface ProjectLocation {
  readonly file?: string;
  readonly cache?: string;
}

/** A command line up to the cursor. */
interface Line {
  readonly command: CommandSpec;
  readonly options: readonly Option[];
  readonly positionals: readonly string[];
  /** The values of the options, by long name; the value of a switch is empty. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** The option whose value is the next word. */
  readonly open: Option | undefined;
  /** True after `--`: nothing that follows is an option. */
  readonly onlyPositionals: boolean;
  readonly names: () => PipelineNames;
}

const NOTHING: Completions = { candidates: [] };
/** Older runs are not offered. */
const MAX_RUNS = 50;
const HELP: Candidate = { value: '--help', description: 'print help' };

/**
 * Completes the last of the words that follow `pipeline`.
 *
 * @param commands the table of all commands.
 * @param namesAt reads the names of a pipeline; called only where names are possible.
 */
export function complete(
  commands: readonly CommandSpec[],
  words: readonly string[],
  namesAt: (where: ProjectLocation) => PipelineNames,
): Completions {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const completions = completionsAfter(commands, before, current, namesAt);
  return { ...completions, candidates: completions.candidates.filter(({ value }) => value.startsWith(current)) };
}

function completionsAfter(
  commands: readonly CommandSpec[],
  before: readonly string[],
  current: string,
  namesAt: (where: ProjectLocation) => PipelineNames,
): Completions {
  const command = commandIn(before, commands);
  if (command === undefined) return { candidates: commandsAfter(commands, before) };
  const line = readLine(command, before.slice(command.name.split(' ').length), namesAt);
  if (line.open !== undefined) return valuesOf(line.open, line, current);
  if (line.onlyPositionals) return positionals(line, current) ?? NOTHING;
  const [, long, value] = /^--([\w-]+)=(.*)$/.exec(current) ?? [];
  if (long !== undefined && value !== undefined) {
    const option = line.options.find((candidate) => candidate.long === long && candidate.takesValue);
    return option === undefined ? NOTHING : prefixed(`--${long}=`, valuesOf(option, line, value));
  }
  return (current.startsWith('-') ? undefined : positionals(line, current)) ?? { candidates: optionsLeft(line) };
}

/** Returns the commands or, after the name of a group, the commands of the group. */
function commandsAfter(commands: readonly CommandSpec[], before: readonly string[]): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const { name, description, hidden } of commands) {
    const parts = name.split(' ');
    const next = parts[before.length];
    if (hidden || next === undefined || !before.every((word, index) => word === parts[index])) continue;
    const isGroup = parts.length > before.length + 1;
    if (!found.has(next)) found.set(next, { value: next, ...(!isGroup && { description }) });
  }
  return [...found.values(), ...(before.length === 0 ? [HELP] : [])];
}

function readLine(
  command: CommandSpec,
  words: readonly string[],
  namesAt: (where: ProjectLocation) => PipelineNames,
): Line {
  const options = optionsOf(command);
  const given = new Map<string, string[]>();
  const positional: string[] = [];
  let open: Option | undefined;
  let onlyPositionals = false;
  for (const token of tokensOf(words, options)) {
    open = undefined;
    if (token.kind === 'positional') positional.push(token.value);
    else if (token.kind === 'terminator') onlyPositionals = true;
    else if (token.kind === 'option') {
      const { option, value } = token;
      if (option.takesValue && value === undefined) open = option;
      else given.set(option.long, [...(given.get(option.long) ?? []), value ?? '']);
    }
  }
  const where = { file: given.get('file')?.at(-1), cache: given.get('cache')?.at(-1) };
  const names = () => namesAt({ ...(where.file && { file: where.file }), ...(where.cache && { cache: where.cache }) });
  return { command, options, positionals: positional, given, open, onlyPositionals, names };
}

/** Returns the possible positional arguments; undefined if the command takes no more. */
function positionals(line: Line, current: string): Completions | undefined {
  const declared = line.command.arguments.split(' ').filter((name) => name !== '');
  const next = declared[line.positionals.length] ?? (declared.at(-1)?.includes('...') ? declared.at(-1) : undefined);
  if (next === undefined) return undefined;
  const { candidates, paths } = valuesNamed(next.replaceAll(/[<>[\].]/g, ''), line, current);
  return {
    candidates: candidates.filter(({ value }) => !line.positionals.includes(value)),
    ...(paths && { paths }),
  };
}

function optionsLeft({ options, given }: Line): Candidate[] {
  const left = options.filter(({ long, repeatable }) => repeatable || !given.has(long));
  return left.map(({ long, description }) => ({ value: `--${long}`, description }));
}

function valuesOf({ flags, long, choices }: Option, line: Line, current: string): Completions {
  if (choices !== undefined) return { candidates: choices.map((value) => ({ value })) };
  const name = /<(.+)>/.exec(flags)?.[1] ?? '';
  return valuesNamed(long === 'profile' ? 'PROFILE' : name, line, current);
}

/** Returns the possible values of an argument by its name in usage texts. */
function valuesNamed(name: string, { names }: Line, current: string): Completions {
  switch (name) {
    case 'STAGE':
      return { candidates: names().stages.map(toCandidate) };
    case 'REF':
      return {
        candidates: references(names(), current),
      };
    case 'RUN':
      return { candidates: ['latest', 'latest~1', ...names().runs().slice(0, MAX_RUNS)].map((value) => ({ value })) };
    case 'PROFILE':
      return { candidates: names().profiles.map((value) => ({ value })) };
    case 'KEY=VALUE':
      return { candidates: assignments(names(), current) };
    case 'SHELL':
      return { candidates: SHELLS.map((value) => ({ value })) };
    case 'FILE':
      return { candidates: [], paths: 'files' };
    case 'DIR':
      return { candidates: [], paths: 'directories' };
    default:
      return NOTHING;
  }
}

/** Returns the stages and their outputs; after `RUN:` those of a run. */
function references({ stages }: PipelineNames, current: string): readonly Candidate[] {
  const [run = ''] = /^[^:@]+:/.exec(current) ?? [];
  const found = stages.flatMap((stage) => [
    toCandidate(stage),
    ...stage.outputs().map((output) => ({ value: `${stage.name}.${output}` })),
  ]);
  return [
    ...found.map((candidate) => ({ ...candidate, value: run + candidate.value })),
    ...(run === '' ? [{ value: 'latest:' }] : []),
  ];
}

/** Returns shared params and stages; after `STAGE.` its params; after `KEY=` the values if they can be enumerated. */
function assignments({ params, stages: all }: PipelineNames, current: string): readonly Candidate[] {
  // `--set` sets a param for all instances of a matrix.
  const stages = all.filter(({ name }) => !name.includes('@'));
  const [key = '', value] = current.split('=', 2);
  const stage = stages.find(({ name }) => key.startsWith(`${name}.`));
  const known = stage === undefined ? params : stage.params();
  const prefix = stage === undefined ? '' : `${stage.name}.`;
  if (value !== undefined) {
    const choices = known.find(({ name }) => `${prefix}${name}` === key)?.choices ?? [];
    return choices.map((choice) => ({ value: `${key}=${choice}` }));
  }
  const keys = known.map((param) => ({ value: `${prefix}${param.name}=`, ...described(param) }));
  return stage === undefined ? [...keys, ...stages.map(({ name }) => ({ value: `${name}.` }))] : keys;
}

const described = ({ description }: Pick<ParamName, 'description'>) =>
  description === undefined ? {} : { description };

const toCandidate = ({ name, description }: { readonly name: string; readonly description?: string }): Candidate => ({
  value: name,
  ...(description !== undefined && { description }),
});

const prefixed = (prefix: string, { candidates, paths }: Completions): Completions => ({
  candidates: candidates.map((candidate) => ({ ...candidate, value: prefix + candidate.value })),
  ...(paths && { paths }),
});
