import { readFileSync } from 'node:fs';
import { problem, type Result, success } from '../../shared/problem.ts';

/** The text of the pipeline file at `path`, which messages call `file`. */
export function readPipelineFile(path: string, file: string): Result<string> {
  try {
    return success(readFileSync(path, 'utf8'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : String(code);
    return problem(`cannot read ${file}: ${reason}`, {
      advice: 'Go to the folder of a pipeline.yaml, or name one: pipeline -f FILE …',
    });
  }
}
