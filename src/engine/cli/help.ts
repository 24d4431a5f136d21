import type { CommandSpec, OptionSpec } from './command-spec.ts';
import { COMMANDS } from './commands.ts';
import { documentationNote } from './documentation.ts';
import { optionsOf } from './parse.ts';

const GROUPS: Readonly<Record<string, string>> = {
  cache: 'list, measure, check and clean up the cached results',
};
const ABOUT = 'Runs the stages of a pipeline.yaml that are not up to date, and caches their results.';

type Row = readonly [term: string, meaning: string];

/**
 * Returns the help on a command, on a group of commands or, without words, on all commands.
 *
 * @param about the words of the command or group.
 * @param width in terminal columns.
 */
export function helpOn(about: readonly string[], width: number): string {
  const command = COMMANDS.find(({ name }) => name === about.join(' '));
  const blocks = command === undefined ? commandList(about) : commandHelp(command);
  return `${blocks.map((block) => describeBlock(block, width)).join('\n\n')}\n`;
}

type Block = string | { readonly title: string; readonly rows: readonly Row[] };

function commandHelp(command: CommandSpec): readonly Block[] {
  const { name, arguments: args, description, options } = command;
  const rows = optionsOf(command).map(toRow);
  return [
    `Usage: ${['pipeline', name, '[options]', args].filter((part) => part !== '').join(' ')}`,
    sentence(description),
    ...(options.length > 0 ? [{ title: 'Options:', rows: rows.slice(0, options.length) }] : []),
    { title: 'Options of every command:', rows: rows.slice(options.length) },
  ];
}

function commandList(about: readonly string[]): readonly Block[] {
  const [group] = about;
  const rows = new Map<string, string>();
  for (const { name, arguments: args, description, hidden } of COMMANDS) {
    const parts = name.split(' ');
    if (hidden || (group !== undefined && parts[0] !== group)) continue;
    const [first = ''] = parts;
    if (group === undefined && parts.length > 1) rows.set(`${first} <COMMAND>`, GROUPS[first] ?? '');
    else rows.set([...parts.slice(about.length), args].filter((part) => part !== '').join(' '), description);
  }
  const program = ['pipeline', ...about].join(' ');
  const options: Row[] = [
    ['-h, --help', 'print help; that of a command after its name'],
    ...(group === undefined ? [['--version', 'print the version'] as const] : []),
  ];
  return [
    `Usage: ${program} <COMMAND> [options]`,
    group === undefined ? ABOUT : sentence(GROUPS[group] ?? ''),
    { title: 'Commands:', rows: [...rows] },
    { title: 'Options:', rows: options },
    `For the options of a command: ${program} <COMMAND> --help`,
    ...(group === undefined ? [documentationNote(process.argv[1] ?? '.')] : []),
  ];
}

function toRow({ flags, description, default: value }: OptionSpec): Row {
  return [flags, value === undefined ? description : `${description} (default: ${String(value)})`];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** The widest column of terms, beyond which a meaning begins on the next line. */
const WIDEST_TERM = 30;

function describeBlock(block: Block, width: number): string {
  if (typeof block === 'string') return wrap(block, width).join('\n');
  const widest = Math.max(...block.rows.map(([term]) => term.length).filter((length) => length <= WIDEST_TERM));
  const indent = Math.min(widest, Math.floor(width / 2)) + 4;
  const lines = block.rows.flatMap(([term, meaning]) => {
    const [first = '', ...more] = wrap(meaning, Math.max(20, width - indent));
    const begin = `  ${term}`.padEnd(indent);
    const isApart = begin.length > indent;
    return [
      ...(isApart ? [begin, ' '.repeat(indent) + first] : [begin + first]),
      ...more.map((line) => ' '.repeat(indent) + line),
    ];
  });
  return [block.title, ...lines].join('\n');
}

/** Breaks a text between words into lines of up to `width` characters. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
