import { join } from 'node:path';
import type { CollectedArtifact } from '../../index.ts';
import type { JsonObject } from '../../shared/json.ts';
import { type CommandTemplate, fillCommand } from '../plan/command-template.ts';
import { MESSAGES, type StagePaths } from './protocol.ts';

/** Returns the words of a command with its placeholders filled in. `folder` has the JSON files for it. */
export function wordsOf(
  template: CommandTemplate,
  params: JsonObject,
  { inputs, outputs }: StagePaths,
  folder: string,
): readonly [string, ...string[]] {
  const paths = Object.entries(inputs).map(([name, input]) => [name, pathsIn(input)] as const);
  return fillCommand(template, {
    inputs: Object.fromEntries(paths),
    outputs,
    params,
    paramsFile: join(folder, 'params.json'),
  });
}

function pathsIn(input: string | readonly CollectedArtifact[]): string | readonly string[] {
  return typeof input === 'string' ? input : input.map(({ path }) => path);
}

/** Returns the variables by which a command finds what its words do not have. `folder` has the JSON files for it. */
export function commandEnvironment(folder: string, { work, downloads }: StagePaths): Record<string, string> {
  return {
    PIPELINE_PARAMS: join(folder, 'params.json'),
    PIPELINE_INPUTS: join(folder, 'inputs.json'),
    PIPELINE_OUTPUTS: join(folder, 'outputs.json'),
    PIPELINE_WORK: work,
    PIPELINE_DOWNLOADS: downloads,
    PIPELINE_MESSAGES: String(MESSAGES),
  };
}
