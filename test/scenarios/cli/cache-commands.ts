import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Finished, Project } from '../../support/project.ts';
import { toy } from './toy-pipeline.ts';

type Line = Readonly<Record<string, unknown>>;

export function lines(finished: Finished, type: string): Line[] {
  const all = finished.stdout.split('\n').filter((line) => line !== '');
  return all.map((line) => JSON.parse(line) as Line).filter((line) => line['type'] === type);
}

export const cacheCommand = (project: Project, ...args: string[]) => project.pipeline('cache', ...args, '--json');

/** Returns the absolute paths of all files below a folder of the cache. */
export function filesIn(project: Project, folder: string): string[] {
  const entries = readdirSync(project.path(`cache/${folder}`), { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Runs the pipeline, runs it with another param, and runs it as at first. */
export async function withHistory(): Promise<Project> {
  const project = toy();
  await project.run();
  await project.run('--set', 'greeting=bye');
  await project.run();
  return project;
}
