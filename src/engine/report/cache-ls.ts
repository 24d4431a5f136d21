import { bytes, columns, plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { Download } from '../cache/housekeeping/downloads.ts';
import type { Project } from '../cache/local/roots.ts';
import type { StoredOutput } from '../cache/records.ts';
import type { ActionKey } from '../fingerprint/digest.ts';
import { describeOwner, printable } from './owners.ts';
import { when } from './runs.ts';

export interface ListedAction {
  readonly key: ActionKey;
  readonly stage: string;
  /** The time at which the stage finished, in ISO 8601. */
  readonly finished: string;
  readonly bytes: number;
  readonly outputs: Readonly<Record<string, StoredOutput>>;
  /** Whether the result belongs to the current pipeline; null if the pipeline cannot be read. */
  readonly current: boolean | null;
  readonly locked: boolean;
}

/** A project that uses results in the cache. */
export interface ListedProject extends Project {
  readonly id: string;
  readonly branches: readonly string[];
  /** ISO 8601. */
  readonly lastUsed: string;
}

export interface Listed {
  readonly actions: readonly ListedAction[];
  readonly downloads: readonly Download[];
  readonly projects: readonly ListedProject[];
  /** The number of corrupted records. */
  readonly damaged: number;
  /** Why it is unknown which results are current. */
  readonly unknown: string | undefined;
}

/** Lists the results in a cache, one per line. */
export function describeActions(listed: Listed, now: Date, paint: Paint): string {
  const { actions, downloads, projects, damaged, unknown } = listed;
  const lines: string[] = [];
  if (actions.length === 0) lines.push('The cache has no results yet.');
  else {
    const rows = actions.map((action) => [
      action.stage,
      action.key.slice(0, 12),
      when(action.finished, now),
      bytes(action.bytes),
      [...(action.current ? ['current'] : []), ...(action.locked ? ['locked'] : [])].join(', '),
      Object.values(action.outputs)
        .map(({ file }) => file)
        .join(', '),
    ]);
    const [head = '', ...rest] = columns([['stage', 'key', 'made', 'size', '', 'outputs'], ...rows]).split('\n');
    lines.push(paint('dim', head), ...rest);
  }
  if (downloads.length > 0) {
    const rows = downloads.map(({ name, files, bytes: size, lastUsed }) => [
      files.filter((file) => !file.endsWith('.json')).join(', '),
      name.slice(0, 20),
      `used ${when(new Date(lastUsed).toISOString(), now)}`,
      bytes(size),
    ]);
    lines.push('', columns([['downloaded', '', '', ''], ...rows]).replaceAll(/ +$/gm, ''));
  }
  // A cache beside the pipeline file usually has one project.
  if (projects.length > 1) lines.push('', describeProjects(projects, now));
  if (unknown !== undefined) lines.push(`${paint('yellow', 'cannot tell which results are current')}: ${unknown}`);
  if (damaged > 0) {
    lines.push(`${paint('red', 'corrupted')}: ${plural(damaged, 'record')}`);
    lines.push(`${paint('cyan', '→')} To delete corrupted records: pipeline cache verify`);
  }
  return lines.join('\n');
}

function describeProjects(projects: readonly ListedProject[], now: Date): string {
  const rows = projects.map((project) => [
    project.id.slice(0, 12),
    describeOwner(project),
    printable(project.branches.join(', ')),
    `used ${when(project.lastUsed, now)}`,
  ]);
  return columns([['project', 'pipeline', 'branches', ''], ...rows]).replaceAll(/ +$/gm, '');
}
