export type Point = readonly [x: number, y: number];

// Formats numbers for SVG. Rounding is invisible and hides floating-point differences between machines.
export const tenths = (value: number): string => String(Math.round(value * 10) / 10);
export const hundredths = (value: number): string => String(Math.round(value * 100) / 100);

const pair = ([x, y]: Point) => `${tenths(x)} ${tenths(y)}`;

/** Parses points in the format of SVG's `points` attribute: `0,10 20,30`. */
export function points(list: string): Point[] {
  return list.split(' ').map((entry): Point => {
    const [x = 0, y = 0] = entry.split(',').map(Number);
    return [x, y];
  });
}

export function between([x, y]: Point, [toX, toY]: Point, share: number): Point {
  return [x + (toX - x) * share, y + (toY - y) * share];
}

/** Returns the mirror images of points on the other side of the figure, reversed so that they continue the given ones. */
export const mirrored = (right: readonly Point[]): Point[] => right.map(([x, y]): Point => [-x, y]).reverse();

/** Returns straight lines through the points; `M` starts a path, `L` continues one. */
export function straight(through: readonly Point[], start: 'M' | 'L' = 'M'): string {
  return through.map((point, index) => `${index === 0 ? start : 'L'}${pair(point)}`).join('');
}

/** Returns a smooth curve through the points (Catmull–Rom as cubic Béziers); `M` starts a path, `L` continues one. */
export function smooth(through: readonly Point[], start: 'M' | 'L' = 'M'): string {
  return through
    .map((to, index) => {
      const from = through[index - 1];
      if (from === undefined) return `${start}${pair(to)}`;
      const before = through[index - 2] ?? from;
      const after = through[index + 1] ?? to;
      const leaving: Point = [from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6];
      const arriving: Point = [to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6];
      return `C${pair(leaving)} ${pair(arriving)} ${pair(to)}`;
    })
    .join('');
}

/** Returns a closed symmetric shape from the points of its right half, top to bottom. */
export const symmetrical = (right: readonly Point[]): string => `${smooth(right)}${smooth(mirrored(right), 'L')}Z`;

/** Returns the two edges of a band around a spine; `widths` are its widths at the points of the spine. */
export function edges(spine: readonly Point[], widths: readonly number[]): Record<'left' | 'right', Point[]> {
  const left: Point[] = [];
  const right: Point[] = [];
  for (const [index, point] of spine.entries()) {
    const before = spine[index - 1] ?? point;
    const after = spine[index + 1] ?? point;
    const length = Math.hypot(after[0] - before[0], after[1] - before[1]) || 1;
    const half = (widths[index] ?? 0) / 2;
    const across: Point = [(-(after[1] - before[1]) / length) * half, ((after[0] - before[0]) / length) * half];
    left.push([point[0] + across[0], point[1] + across[1]]);
    right.push([point[0] - across[0], point[1] - across[1]]);
  }
  return { left, right };
}

/** Returns the outline of such a band, with flat ends. */
export function ribbon(spine: readonly Point[], widths: readonly number[]): string {
  const { left, right } = edges(spine, widths);
  return `${smooth(left)}${smooth(right.reverse(), 'L')}Z`;
}

/** Returns the linear interpolation between the knots at `at`, constant outside them. */
export function interpolate(knots: readonly Point[], at: number): number {
  const after = knots.findIndex(([x]) => x >= at);
  const upper = knots[after] ?? knots.at(-1);
  const lower = knots[after - 1] ?? upper;
  if (upper === undefined || lower === undefined) return 0;
  const span = upper[0] - lower[0];
  return span === 0 ? upper[1] : lower[1] + (upper[1] - lower[1]) * Math.min(1, (at - lower[0]) / span);
}

/** Returns `count` + 1 evenly spaced numbers from `from` to `to`. */
export function steps(from: number, to: number, count: number): number[] {
  return Array.from({ length: count + 1 }, (_, index) => from + ((to - from) * index) / count);
}
