import { listSome } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { LockChanges } from '../execute/lockfile.ts';

/**
 * Describes what was rewritten in a lockfile: `pipeline.lock: train, predict changed; evaluate new`, or that the earlier
 * one could not be read.
 */
export function describeLockChanges(file: string, changes: LockChanges | 'unreadable', paint: Paint): string {
  const name = paint('bold', file);
  if (changes === 'unreadable')
    return `${name}: ${paint('yellow', 'written anew')}, since it was no lockfile of this version`;
  const { changed, added, removed } = changes;
  const parts = [part(changed, 'changed'), part(added, 'new'), part(removed, 'removed')].filter((text) => text !== '');
  return `${name}: ${parts.length === 0 ? 'rewritten' : parts.join('; ')}`;
}

function part(names: readonly string[], what: string): string {
  return names.length === 0 ? '' : `${listSome(names)} ${what}`;
}
