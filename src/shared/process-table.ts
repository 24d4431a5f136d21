import { readdirSync } from 'node:fs';

/** Returns the ids of all processes; none where there is no `/proc`. */
export function processIds(): number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

/**
 * Returns the fields of `/proc/PID/stat` after the command, which stands in parentheses and may contain spaces: the state,
 * the parent, the group, and so on.
 */
export function fieldsAfterCommand(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
