import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import type { FinishedOutput } from '../cache/records.ts';
import type { ContentStore } from '../cache/stores.ts';
import type { Tree } from '../fingerprint/tree.ts';
import type { PlannedOutput } from '../plan/stage-interface.ts';
import type { StageRequest } from './executor.ts';

/** What a stage has written. */
interface Written {
  /** The folder of its outputs, absolute. */
  readonly directory: string;
  /** Names an undeclared output that the stage has looked for. */
  readonly mistake: string | undefined;
}

/** Digests the outputs of a stage, by output name. Fails if an output is missing, an empty directory or invalid. */
export async function finishOutputs(
  stage: StageRequest,
  { directory, mistake }: Written,
  digest: (path: string, output: string) => ReturnType<ContentStore['digest']>,
): Promise<Result<Readonly<Record<string, FinishedOutput>>>> {
  const problems: Problem[] = [];
  const finished: Record<string, FinishedOutput> = {};
  for (const output of stage.outputs) {
    const path = join(directory, output.file);
    const absent = faultOf(path, mistake);
    const tree = absent === undefined ? await digest(path, output.name) : undefined;
    const fault = tree?.ok ? faultIn(tree.value) : absent;
    if (fault !== undefined) problems.push(outputProblem(stage, output, fault));
    else if (tree?.ok) {
      const { digest: found, kind, files: inside, bytes } = tree.value;
      finished[output.name] = { digest: found, kind, file: output.file, files: inside.length, bytes, path };
    } else problems.push(...(tree?.failure ?? []));
  }
  return problems.length > 0 ? failure(problems) : success(finished);
}

function outputProblem({ stage, module, program }: StageRequest, output: PlannedOutput, fault: string): Problem {
  return {
    message: `output "${output.name}" of stage "${stage}" ${fault}`,
    at: program.kind === 'module' ? { file: module } : program.at,
    advice: `Write a file or a directory to ${program.kind === 'module' ? `outputs.${output.name}` : `{outputs.${output.name}}`}, or remove it from the declared outputs.`,
  };
}

function faultOf(path: string, mistake: string | undefined): string | undefined {
  if (!existsSync(path)) return `was not created${mistake === undefined ? '' : `: ${mistake}`}`;
  const stats = lstatSync(path);
  if (stats.isFile()) return undefined;
  return stats.isDirectory() ? undefined : 'is neither a file nor a directory';
}

function faultIn({ odd, files }: Tree): string | undefined {
  // The target of a symbolic link would not be moved into the cache with it.
  if (odd !== undefined) return `contains "${odd}", which is neither a file nor a directory`;
  return files.length === 0 ? 'is an empty directory' : undefined;
}
