import { writeText } from '../../../shared/text/output.ts';
import { joinLines } from '../../../shared/text/visible.ts';
import type { CommandSpec } from '../command-spec.ts';
import { complete } from '../completion/completions.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { readPipelineNames } from '../pipeline-names.ts';

/**
 * `pipeline complete -- WORD…`: prints the completions of the last word, one per line, each with its description after
 * a tab. `:files` and `:directories` stand for paths. Errors are ignored, so that they do not disturb typing.
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
    writeText(process.stdout, lines.map((line) => `${joinLines(line)}\n`).join(''));
  } catch {
    // Without a readable pipeline there are no completions.
  }
  return EXIT.ok;
}
