import { shellQuoted } from '../../shared/text/shell-quoted.ts';
import type { CommonOptions } from './options.ts';

/** Formats a command that the user can type next, from its words after `pipeline`. */
export type CommandLine = (...words: readonly string[]) => string;

/**
 * Returns how to write a command that means the same pipeline, params and cache as the command line with `options`.
 * Without these options it could find another result, or none.
 */
export function commandLineFor({ file, cache, profile, set, remote, offline }: Overriding): CommandLine {
  const carried = [
    ...(file === undefined ? [] : ['-f', file]),
    ...(cache === undefined ? [] : ['--cache', cache]),
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(remote === undefined ? [] : ['--remote', withoutCredentials(remote)]),
    ...(offline ? ['--offline'] : []),
    ...set.flatMap((assignment) => ['--set', assignment]),
  ];
  return (...words) => [program(), ...[...words, ...carried].map(shellQuoted)].join(' ');
}

/** Returns how to write a command about what is in a cache, for which params do not matter. */
export function cacheCommandLineFor({ file, cache }: Pick<CommonOptions, 'file' | 'cache'>): CommandLine {
  return commandLineFor({ ...(file !== undefined && { file }), ...(cache !== undefined && { cache }), set: [] });
}

type Overriding = Pick<CommonOptions, 'file' | 'cache' | 'profile' | 'set' | 'remote' | 'offline'>;

/** Commands are printed, and what is printed ends up in logs. */
function withoutCredentials(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
}

/** Whoever starts the command with npx usually does not have it on their path. */
function program(): string {
  const { npm_lifecycle_event: event, npm_lifecycle_script: script = '' } = process.env;
  return event === 'npx' && /^"?pipeline\b/.test(script) ? 'npx pipeline' : 'pipeline';
}
