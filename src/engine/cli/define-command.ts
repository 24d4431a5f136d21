import type { Arguments, CommandSpec, OptionSpec } from './command-spec.ts';
import type { CommonOptions } from './options.ts';

/** Defines a command. `Options` is the type of the parsed options: the parser fills them in by their camel-cased names. */
export function command<Options extends CommonOptions>(
  name: string,
  args: string,
  spec: {
    readonly description: string;
    readonly options?: readonly OptionSpec[];
    readonly hidden?: true;
    readonly run: (args: Arguments, options: Options) => Promise<number>;
  },
): CommandSpec {
  const { options = [], run } = spec;
  return { ...spec, name, arguments: args, options, run: run as CommandSpec['run'] };
}
