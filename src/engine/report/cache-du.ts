import { bytes, columns, plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { DiskUsage } from '../cache/housekeeping/disk-usage.ts';

/** What is remembered of a project outside of its cache. */
export interface MemoryUsage {
  readonly path: string;
  readonly bytes: number;
}

/** Describes the disk usage of a cache and of the memory of its project, and how much of it could be freed. */
export function describeUsage(usage: DiskUsage, free: number, memory: MemoryUsage | undefined, paint: Paint): string {
  const stages = [...usage.stages].sort(([, a], [, b]) => b.bytes - a.bytes);
  const rows = [
    ...stages.map(([stage, amount]) => [`objects of ${stage}`, amount, 'object'] as const),
    ['objects shared by stages', usage.shared, 'object'] as const,
    ['unreferenced objects', usage.unused, 'object'] as const,
    ['actions', usage.actions, 'record'] as const,
    ['runs', usage.runs, 'record'] as const,
    ['logs', usage.logs, 'run'] as const,
    ['roots', usage.roots, 'record'] as const,
    ['work', usage.work, 'folder'] as const,
    ['index', usage.index, 'file'] as const,
    ['downloads', usage.downloads, 'file'] as const,
  ].filter(([, amount]) => amount.bytes > 0 || amount.count > 0);
  const sizes = rows.map(([, amount]) => bytes(amount.bytes));
  const widest = Math.max(bytes(usage.total).length, ...sizes.map((size) => size.length));
  const table = columns(
    rows.map(([name, { count }, noun], index) => [
      `  ${name}`,
      (sizes[index] ?? '').padStart(widest),
      name === 'index' ? '' : plural(count, noun),
    ]),
  );
  const lines = [
    ...(rows.length > 0 ? [table.replaceAll(/ +$/gm, '')] : []),
    `${paint('bold', bytes(usage.total))} in total`,
    memory === undefined
      ? 'Nothing is remembered between runs: this user has no private folder. Set XDG_CACHE_HOME and XDG_STATE_HOME.'
      : `Outside of the cache, ${bytes(memory.bytes)} are remembered for you alone: ${memory.path}`,
  ];
  if (free > 0) lines.push(`${paint('cyan', '→')} pipeline cache gc   could free ${bytes(free)}`);
  return lines.join('\n');
}
