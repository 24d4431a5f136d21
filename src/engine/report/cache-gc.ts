import { bytes, columns, plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { Garbage } from '../cache/housekeeping/garbage.ts';
import type { Leftover, LeftoverKind } from '../cache/housekeeping/leftovers.ts';
import type { Swept } from '../cache/housekeeping/sweep.ts';
import type { Digest } from '../fingerprint/digest.ts';
import { when } from './runs.ts';

export interface Collected {
  readonly garbage: Garbage;
  readonly leftovers: readonly Leftover[];
  /** What was deleted; undefined for a dry run. */
  readonly swept: Swept | undefined;
  readonly maxBytes: number | undefined;
}

/** Describes what is deleted from a cache, by stage, and how much disk space that frees. */
export function describeCollected({ garbage, leftovers, swept, maxBytes }: Collected, now: Date, paint: Paint): string {
  const lines: string[] = [];
  const rows = [...stageRows(garbage, now), ...leftoverRows(leftovers)];
  if (rows.length > 0) lines.push(columns(rows.map((row) => ['', ...row])).replaceAll(/ +$/gm, ''), '');
  if (maxBytes !== undefined && garbage.staying > maxBytes)
    lines.push(`${paint('yellow', 'above --max-size')}: the results that are in use take ${bytes(garbage.staying)}`);
  const size = garbage.bytes + leftovers.reduce((sum, leftover) => sum + leftover.bytes, 0);
  if (swept === undefined) {
    if (rows.length === 0)
      lines.push(`${paint('green', 'nothing to delete')}: ${bytes(garbage.staying)} of results are kept`);
    else {
      lines.push(`would free ${bytes(size)}; ${bytes(garbage.staying)} of results are kept`);
      lines.push(`${paint('cyan', '→')} To delete it, repeat the command with --yes.`);
    }
    return lines.join('\n');
  }
  if (swept.inUse > 0) lines.push(`${plural(swept.inUse, 'item')} kept, because a run in progress uses them`);
  const verdict = swept.cancelled ? paint('yellow', 'interrupted') : paint('green', 'done');
  lines.push(`${verdict}: freed ${bytes(swept.bytes)}; ${bytes(garbage.staying)} of results are kept`);
  return lines.join('\n');
}

function stageRows({ actions, objects }: Garbage, now: Date): string[][] {
  const sizes = new Map<Digest, number>(objects.map(({ digest, bytes: size }) => [digest, size]));
  const stages = new Map<string, { results: number; frees: number; lastUsed: number }>();
  for (const { record, lastUsed } of actions) {
    const stage = stages.get(record.provenance.stage) ?? { results: 0, frees: 0, lastUsed: 0 };
    stages.set(record.provenance.stage, stage);
    stage.results++;
    stage.lastUsed = Math.max(stage.lastUsed, lastUsed);
    for (const { digest } of Object.values(record.outputs)) {
      stage.frees += sizes.get(digest) ?? 0;
      sizes.delete(digest);
    }
  }
  const rows = [...stages].map(([stage, { results, frees, lastUsed }]) => [
    stage,
    plural(results, 'result'),
    bytes(frees),
    `last used ${when(new Date(lastUsed).toISOString(), now)}`,
  ]);
  const rest = [...sizes.values()];
  if (rest.length > 0) {
    const size = rest.reduce((sum, each) => sum + each, 0);
    rows.push(['unreferenced objects', String(rest.length), bytes(size), '']);
  }
  return rows;
}

const WORDS: Readonly<Record<LeftoverKind, string>> = {
  work: 'work directories of unfinished stages',
  run: 'run records',
  index: 'listings of folders',
  memory: 'remembered code and plans, and other projects',
  download: 'downloads of stages',
  temporary: 'temporary files of killed processes',
};

function leftoverRows(leftovers: readonly Leftover[]): string[][] {
  return (Object.keys(WORDS) as LeftoverKind[]).flatMap((kind) => {
    const those = leftovers.filter((leftover) => leftover.kind === kind);
    if (those.length === 0) return [];
    const size = those.reduce((sum, leftover) => sum + leftover.bytes, 0);
    return [[WORDS[kind], String(those.length), bytes(size), '']];
  });
}
