/** Messages that several tests expect word for word, so that rewording one changes one line here. */

export const OTHER_SCHEME = 'this version of pipeline computes action keys differently';
export const DISK_FULL = 'the disk of the cache is full';
export const MERGE_CONFLICT = 'unresolved merge conflict';
export const RESTORE_LOCKFILE = 'Restore the last committed version, or regenerate it: pipeline run';
