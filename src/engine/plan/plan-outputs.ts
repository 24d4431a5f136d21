import type { Problem } from '../../shared/problem.ts';
import type { ResolvedStage } from './resolve.ts';
import { type StageInterface, toOutput } from './stage-interface.ts';

/** Returns what is wrong with the outputs that a module declares. Each must be a file name, with a unique output name. */
export function outputProblems({ module, declared }: ResolvedStage, { outputs }: StageInterface): Problem[] {
  const seen = new Map<string, string>();
  const problems: Problem[] = [];
  for (const written of outputs) {
    const { name } = toOutput(written);
    const other = seen.get(name);
    const fault = other === undefined ? faultOf(written) : faultBeside(written, other);
    seen.set(name, written);
    if (fault === undefined) continue;
    problems.push({
      message: `invalid output ${JSON.stringify(written)} of stage "${declared}": ${fault}`,
      at: { file: module.written },
      advice:
        'Declare a file name such as `model` or `predictions.csv`: the part before the first dot names the output.',
    });
  }
  return problems;
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
  return written === other ? 'it is declared twice' : `it has the same name as ${JSON.stringify(other)}`;
}
