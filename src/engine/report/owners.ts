import type { Project } from '../cache/local/roots.ts';

/** Describes a project: the name of its pipeline, and where it lies. */
export function describeOwner({ pipeline, file, host }: Project): string {
  return printable(`${pipeline} (${file} on ${host})`);
}

/** Anybody who shares the cache can write names into it. Their control characters must not reach the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '·');
}
