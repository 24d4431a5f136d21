import type { CommandSpec } from '../command-spec.ts';
import { complete } from '../completion/completions.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { readPipelineNames } from '../pipeline-names.ts';

/**
 * `pipeline complete -- WORD…`: what may stand where the last of the words is, one a line, its description after a tab.
 * `:files` and `:directories` mean paths. Whoever types is never disturbed: what goes wrong is left out in silence.
 */
export async function printCompletions(
  commands: readonly CommandSpec[],
  words: readonly string[],
  options: CommonOptions,
): Promise<number> {
  try {
    const { candidates, paths } = complete(commands, words, (where) => readPipelineNames({ ...options, ...where }));
    const lines = candidates.map(({ value, description }) =>
      description === undefined ? value : `${value}\t${description.replaceAll(/\s+/g, ' ')}`,
    );
    if (paths !== undefined) lines.push(`:${paths}`);
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  } catch {
    // Nothing can be completed here.
  }
  return EXIT.ok;
}
