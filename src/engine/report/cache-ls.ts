import { bytes, columns, plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { Download } from '../cache/housekeeping/downloads.ts';
import type { StoredOutput } from '../cache/records.ts';
import type { ActionKey } from '../fingerprint/digest.ts';
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

/** Lists the results in a cache, one per line. */
export function describeActions(
  actions: readonly ListedAction[],
  downloads: readonly Download[],
  damaged: number,
  unknown: string | undefined,
  now: Date,
  paint: Paint,
): string {
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
  if (unknown !== undefined) lines.push(`${paint('yellow', 'cannot tell which results are current')}: ${unknown}`);
  if (damaged > 0) {
    lines.push(`${paint('red', 'corrupted')}: ${plural(damaged, 'record')}`);
    lines.push(`${paint('cyan', '→')} To delete corrupted records: pipeline cache verify`);
  }
  return lines.join('\n');
}
