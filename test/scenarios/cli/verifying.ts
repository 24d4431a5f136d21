import type { Finished, Project } from '../../support/project.ts';

export function lines(finished: Finished, type: string): Record<string, unknown>[] {
  return finished.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['type'] === type);
}

export function verdicts(finished: Finished): Record<string, unknown> {
  return Object.fromEntries(lines(finished, 'verified').map(({ stage, verdict }) => [String(stage), verdict]));
}

export const verify = (project: Project, ...args: string[]) => project.pipeline('verify', '--json', ...args);
