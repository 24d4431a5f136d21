import { joinLines } from './visible.ts';

/** Formats a duration in seconds: `0.3 s`, `41 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 120 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Formats a number of bytes in decimal units: `17 B`, `1.2 kB`, `26 GB`. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Formats a number with thousands separators: `2,400`. */
export function count(value: number): string {
  // Loading Intl.NumberFormat takes as long as a whole run in which nothing has changed.
  const [whole = '', fraction] = String(value).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Formats a metric: integers in full, other numbers with `digits` significant digits. */
export function figure(value: number, digits = 4): string {
  return count(Number.isInteger(value) ? value : Number(value.toPrecision(digits)));
}

/** Formats a number with its noun: `3 stages`, `1 stage`. */
export function plural(value: number, noun: string, several = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : several}`;
}

/** Lists names, of many only the first: `a, b, c, d, e, f and 12 more`. */
export function listSome(names: readonly string[], most = 6): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${count(more)} more` : names.join(', ');
}

/** Aligns rows in columns, each as wide as its widest cell. */
export function columns(cells: readonly (readonly string[])[], gap = '  '): string {
  const rows = cells.map((row) => row.map(joinLines));
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  return rows
    .map((row) =>
      row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join(gap),
    )
    .join('\n');
}
