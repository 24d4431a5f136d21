import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { RunResult } from './events.ts';

const HEAD = `# Written by pipeline after each whole run: what belongs to the pipeline as it stands. Commit it.
# After a merge conflict take either side and run the pipeline.
`;

/** Writes the keys and digests of a whole, successful run, sorted and one a line. Unchanged, it is left alone. */
export function writeLockfile(path: string, result: RunResult): void {
  const text = lockfileText(result);
  if (read(path) === text) return;
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

export function lockfileText({ stages }: RunResult): string {
  const lines = stages
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((stage) => {
      if (stage.outcome !== 'ran' && stage.outcome !== 'cached') return [];
      const outputs = Object.entries(stage.outputs).sort(([a], [b]) => (a < b ? -1 : 1));
      return [
        `${stage.name}:`,
        `  key: ${stage.key}`,
        '  outputs:',
        ...outputs.map(([name, digest]) => `    ${name}: ${digest}`),
      ];
    });
  return `${HEAD}${lines.join('\n')}\n`;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
