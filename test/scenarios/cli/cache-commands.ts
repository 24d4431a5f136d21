import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Finished, Project } from '../../support/project.ts';
import { toy } from './toy.ts';

type Line = Readonly<Record<string, unknown>>;

export function lines(finished: Finished, type: string): Line[] {
  const all = finished.stdout.split('\n').filter((line) => line !== '');
  return all.map((line) => JSON.parse(line) as Line).filter((line) => line['type'] === type);
}

export const house = (project: Project, ...args: string[]) => project.pipeline('cache', ...args, '--json');

/** All files below a folder of the cache, absolute. */
export function filesIn(project: Project, folder: string): string[] {
  const entries = readdirSync(project.path(`cache/${folder}`), { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** A finished run, another with another param, and a third as the first. */
export async function withHistory(): Promise<Project> {
  const project = toy();
  await project.run();
  await project.run('--set', 'greeting=bye');
  await project.run();
  return project;
}
