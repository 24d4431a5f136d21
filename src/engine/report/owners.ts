import type { Project } from '../cache/local/roots.ts';

/** Describes a project: the name of its pipeline, and where it lies. */
export function describeOwner({ pipeline, file, host }: Project): string {
  return `${pipeline} (${file} on ${host})`;
}
