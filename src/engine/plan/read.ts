import { readFileSync } from 'node:fs';
import { problem, type Result, success } from '../../shared/problem.ts';

/** Reads the pipeline file at `path`. `file` is the path that messages show. */
export function readPipelineFile(path: string, file: string): Result<string> {
  try {
    return success(readFileSync(path, 'utf8'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      code === 'ENOENT' ? 'the file does not exist' : code === 'EISDIR' ? 'it is a directory' : String(code);
    return problem(`cannot read ${file}: ${reason}`, {
      advice: 'Change to a folder with a pipeline.yaml, or give its path: pipeline -f FILE …',
    });
  }
}
