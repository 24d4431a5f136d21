import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import type { FinishedOutput } from '../cache/records.ts';
import type { Stores } from '../cache/stores.ts';
import type { PlannedOutput } from '../plan/stage-interface.ts';
import type { StageRequest } from './executor.ts';

/** Digests the outputs of a stage in `directory`, by output name. Fails if an output is missing, an empty directory or invalid. */
export async function finishOutputs(
  stage: StageRequest,
  directory: string,
  contents: Stores['contents'],
): Promise<Result<Readonly<Record<string, FinishedOutput>>>> {
  const problems: Problem[] = [];
  const finished: Record<string, FinishedOutput> = {};
  for (const output of stage.outputs) {
    const path = join(directory, output.file);
    const fault = faultOf(path);
    const tree = fault === undefined ? await contents.digest(path) : undefined;
    if (tree?.ok) {
      const { digest, kind, files: inside, bytes } = tree.value;
      finished[output.name] = { digest, kind, file: output.file, files: inside.length, bytes, path };
    } else {
      problems.push(...(tree === undefined ? [outputProblem(stage, output, fault ?? '')] : tree.failure));
    }
  }
  return problems.length > 0 ? failure(problems) : success(finished);
}

function outputProblem({ stage, module }: StageRequest, output: PlannedOutput, fault: string): Problem {
  return {
    message: `output "${output.name}" of stage "${stage}" ${fault}`,
    at: { file: module },
    advice: `Write a file or a directory to outputs.${output.name}, or remove it from the declared outputs.`,
  };
}

function faultOf(path: string): string | undefined {
  if (!existsSync(path)) return 'was not created';
  const stats = lstatSync(path);
  if (stats.isFile()) return undefined;
  if (!stats.isDirectory()) return 'is neither a file nor a directory';
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  const odd = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  // The target of a symbolic link would not be moved into the cache with it.
  if (odd !== undefined) return `contains "${odd.name}", which is neither a file nor a directory`;
  return entries.some((entry) => entry.isFile()) ? undefined : 'is an empty directory';
}
