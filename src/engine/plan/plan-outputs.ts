import type { Problem } from '../../shared/problem.ts';
import type { ResolvedStage } from './resolve.ts';
import { type StageInterface, toOutput } from './stage-interface.ts';

/** Returns what is wrong with the outputs that a stage declares. Each must be a file name, with a unique output name. */
export function outputProblems(stage: ResolvedStage, { outputs }: StageInterface): Problem[] {
  const seen = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [index, written] of outputs.entries()) {
    // On a file system that ignores letter case, two such outputs would be exported to the same file.
    const name = toOutput(written).name.toLowerCase();
    const other = seen.get(name);
    const fault = other === undefined ? faultOf(written) : faultBeside(written, other);
    seen.set(name, written);
    if (fault === undefined) continue;
    problems.push({
      message: `invalid output ${JSON.stringify(written)} of stage "${stage.declared}": ${fault}`,
      at: stage.kind === 'module' ? { file: stage.module.written } : stage.places.output(index),
      advice:
        'Declare a file name such as `model` or `predictions.csv`: the part before the first dot names the output.',
    });
  }
  return problems;
}

/** Returns whether a name can be that of an output: a file name, which is safe as part of a path. */
export function isOutputFile(written: string): boolean {
  return faultOf(written) === undefined;
}

function faultOf(written: string): string | undefined {
  if (/[\\/]/.test(written)) return 'it is a path, not a file name';
  if (written.startsWith('.')) return 'it starts with a dot, so that it has no name';
  if (!/^[A-Za-z_][\w-]*(\.[\w.-]+)?$/.test(written)) {
    return 'a name consists of letters, digits, `_` and `-`, and does not start with a digit or `-`';
  }
  return undefined;
}

function faultBeside(written: string, other: string): string {
  if (written === other) return 'it is declared twice';
  const isSame = toOutput(written).name === toOutput(other).name;
  return `${isSame ? 'it has the same name as' : 'only the letter case distinguishes it from'} ${JSON.stringify(other)}`;
}
