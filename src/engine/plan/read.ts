import { problem, type Result, success } from '../../shared/problem.ts';
import { readText } from '../../shared/read-file.ts';

/** Reads the pipeline file at `path`. `file` is the path that messages show. */
export function readPipelineFile(path: string, file: string): Result<string> {
  const text = readText(path, 'pipelineFile', 'follow');
  if (text.ok) return success(text.value);
  return problem(
    `cannot read ${file}: ${text.failure.kind === 'missing' ? 'the file does not exist' : text.failure.reason}`,
    {
      advice: 'Change to a folder with a pipeline.yaml, or give its path: pipeline -f FILE …',
    },
  );
}
