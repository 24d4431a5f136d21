import { bytes, columns, plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { Garbage } from '../cache/housekeeping/garbage.ts';
import type { Leftover, LeftoverKind } from '../cache/housekeeping/leftovers.ts';
import type { Owner } from '../cache/housekeeping/owners.ts';
import type { Swept } from '../cache/housekeeping/sweep.ts';
import type { Digest } from '../fingerprint/digest.ts';
import { describeOwner } from './owners.ts';
import { when } from './runs.ts';

export interface Collected {
  readonly garbage: Garbage;
  readonly leftovers: readonly Leftover[];
  readonly spared: readonly SparedResults[];
  /** The ids of corrupted records of what a project needs. */
  readonly damagedRoots: readonly string[];
  /** The paths of what the cache did not create. */
  readonly unknown: readonly string[];
  /** What was deleted; undefined for a dry run. */
  readonly swept: Swept | undefined;
  readonly maxBytes: number | undefined;
}

/** Results that are kept only because another project, or another branch or profile of this one, needs them. */
export interface SparedResults {
  readonly owner: Owner;
  readonly results: number;
  readonly bytes: number;
}

/** Describes what is deleted from a cache, by stage, and how much disk space that frees. */
export function describeCollected(collected: Collected, now: Date, paint: Paint): string {
  const { garbage, leftovers, swept, maxBytes } = collected;
  const lines = [...keptLines(collected, now, paint), ...unknownLines(collected, paint)];
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

function keptLines({ spared, damagedRoots }: Collected, now: Date, paint: Paint): string[] {
  if (damagedRoots.length > 0) {
    return [
      `${paint('yellow', 'no result is deleted')}: a corrupted record says which ones a project needs`,
      `${paint('cyan', '→')} Run that project's pipeline, which writes it again, or ignore it:`,
      ...damagedRoots.map((id) => `  pipeline cache gc --release ${id.slice(0, 12)}`),
      '',
    ];
  }
  if (spared.length === 0) return [];
  const rows = spared.map(({ owner, results, bytes: size }) => [
    '',
    owner.isOwn ? 'other branches and profiles of this pipeline' : describeOwner(owner),
    plural(results, 'result'),
    bytes(size),
    `last used ${when(new Date(owner.lastUsed).toISOString(), now)}`,
    owner.id.slice(0, 12),
  ]);
  return [
    paint('bold', 'kept for other projects'),
    columns(rows),
    `${paint('cyan', '→')} To keep nothing for one of them: pipeline cache gc --release ID`,
    '',
  ];
}

function unknownLines({ unknown }: Collected, paint: Paint): string[] {
  if (unknown.length === 0) return [];
  return [
    `${paint('yellow', 'unknown')}: ${plural(unknown.length, 'item')} that the cache did not create`,
    `${paint('cyan', '→')} To list and delete unknown files: pipeline cache verify, then with --yes`,
    '',
  ];
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
  log: 'logs of runs',
  index: 'listings of folders',
  memory: 'remembered code and plans, and other projects',
  download: 'downloads of stages',
  root: 'records of what former projects need',
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
