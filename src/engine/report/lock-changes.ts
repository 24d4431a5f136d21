import { listSome } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';

/** The names of the stages whose entries in a lockfile differ from those before. */
export interface LockChanges {
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Describes what was rewritten in a lockfile: `pipeline.lock: train, predict changed; evaluate new`. Without `changes`,
 * the earlier lockfile could not be read.
 */
export function describeLockChanges(file: string, changes: LockChanges | undefined, paint: Paint): string {
  const { changed = [], added = [], removed = [] } = changes ?? {};
  const parts = [part(changed, 'changed'), part(added, 'new'), part(removed, 'removed')].filter((text) => text !== '');
  return `${paint('bold', file)}: ${parts.length === 0 ? 'rewritten' : parts.join('; ')}`;
}

function part(names: readonly string[], what: string): string {
  return names.length === 0 ? '' : `${listSome(names)} ${what}`;
}
