import { parseArgs } from 'node:util';
import { COMMON_OPTIONS, type CommandSpec, shapeOf } from './command-spec.ts';
import { COMMANDS } from './commands.ts';

/** A valid command line. */
export interface ParsedCommand {
  readonly command: CommandSpec;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Parses a valid command line. Returns undefined if it is invalid or asks for help: then commander is needed, which
 * takes as long to load as everything else together.
 */
export function parseQuickly(words: readonly string[]): ParsedCommand | undefined {
  const command = COMMANDS.find(({ name }) => name.split(' ').every((part, index) => words[index] === part));
  if (command === undefined) return undefined;
  const specs = [...COMMON_OPTIONS, ...command.options].map((spec) => ({ ...spec, ...shapeOf(spec) }));
  try {
    const { values, positionals } = parseArgs({
      args: words.slice(command.name.split(' ').length),
      allowPositionals: true,
      options: Object.fromEntries(
        specs.map(({ long, short, takesValue }) => [
          long,
          { type: takesValue ? 'string' : 'boolean', multiple: takesValue, ...(short && { short }) },
        ]),
      ),
    });
    if (!fits(positionals.length, command.arguments)) return undefined;
    const options: Record<string, unknown> = {};
    for (const { long, key, takesValue, repeatable, parse = (text: string) => text, ...spec } of specs) {
      const given = values[long];
      if (!takesValue) options[key] = long.startsWith('no-') ? given !== true : given === true;
      else if (repeatable) options[key] = ((given ?? []) as string[]).map(parse);
      else if (given !== undefined) options[key] = parse((given as string[]).at(-1) ?? '');
      else if (spec.default !== undefined) options[key] = spec.default;
    }
    return { command, args: positionals, options };
  } catch {
    return undefined;
  }
}

function fits(count: number, declared: string): boolean {
  const names = declared.split(' ').filter((name) => name !== '');
  const required = names.filter((name) => name.startsWith('<')).length;
  return count >= required && (count <= names.length || declared.includes('...'));
}
