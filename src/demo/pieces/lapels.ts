import { bothSides, cloth, line } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { between, type Point, points, smooth, steps, straight } from '../path.ts';

/** The V-shaped opening of a jacket: half of its width at the shoulders, and the height at which it closes. */
export interface Opening {
  readonly half: number;
  readonly closes: number;
}

/** Draws the lapels along an opening. `facing` is the cloth of the lapels, `body` that of the jacket. */
export type Lapels = (opening: Opening, facing: Fabric, body: Fabric) => string;

/** The height of the shoulder line, near the neck. */
const shoulderAt = (x: number) => 136 + (x - 24) * 0.3;

export const vOpening = ({ half, closes }: Opening): string =>
  straight(points(`${-half},${shoulderAt(half)} 0,${closes} ${half},${shoulderAt(half)}`));

/** The opening of a jacket that is closed up to the neck. */
export const JEWEL = 'M-37 140C-34 184 34 184 37 140';

/** Collar and lapel meet in a notch, with a protruding point of the lapel. */
export const notched: Lapels = ({ half, closes }, facing) => {
  const top = shoulderAt(half);
  const notch = `${half + 12},${top + 46}`;
  const collar = `${half - 8},${top - 14} ${half + 20},${top + 4} ${half + 30},${top + 26} ${notch} ${half - 3},${top + 12}`;
  const lapel = `${half},${top + 8} ${notch} ${half + 44},${top + 28} ${half + 34},${top + 78} 2,${closes}`;
  return [lapel, collar].map((piece) => bothSides(points(piece), straight, facing)).join('');
};

/** A braid around the neck and down the front instead of lapels. */
export const collarless: Lapels = (_opening, facing) =>
  [
    { width: 13, depth: 0.55, opacity: 1 },
    { width: 10, depth: 0, opacity: 1 },
    { width: 2, depth: 0.4, opacity: 1, dash: '3 3' },
  ]
    .map((style) => line(`${JEWEL}M0 173V460`, facing, style))
    .join('');

/** One narrow rounded piece around the neck, down to a belt tied in front. */
export const shawl: Lapels = ({ half, closes }, facing, body) => {
  const outer = `${half - 9},116 ${half + 8},128 ${half + 20},164 ${half + 20},210 ${half + 4},262 1,${closes}`;
  const inner = `${half * 0.5},222 ${half - 2},160 ${half - 9},116`;
  const ends = ['M-4 306L-20 372L-6 376L6 310Z', 'M4 306L22 366L10 374L-4 312Z'];
  return [
    bothSides(points(`${outer} ${inner}`), smooth, facing),
    ...ends.map((end) => cloth(end, body)),
    cloth('M-58 292C-20 299 20 299 58 292L59 314C20 321 -20 321 -59 314Z', facing),
    cloth('M-11 292L11 292L9 320L-9 320Z', facing),
  ].join('');
};

const TUFTS = points(
  '46,132 66,140 84,158 60,158 94,184 74,180 52,186 88,212 66,206 ' +
    '44,214 80,240 58,236 34,244 64,264 42,270 22,268 30,292',
);

/** A shawl collar of fur, broader than the shoulders and rough all over. */
export const plusSizeShawl: Lapels = ({ half, closes }, facing) => {
  const outer = points(`${half - 8},110 58,116 92,142 106,184 98,234 70,276 32,302 2,${closes}`);
  const inner = points(`${half * 0.5},226 ${half - 2},170 ${half - 8},110`);
  const tufts = TUFTS.flatMap(([x, y]) =>
    [1, -1].map((side) => smooth(points(`${side * (x - 7)},${y - 9} ${side * x},${y} ${side * (x - 3)},${y + 10}`))),
  );
  return (
    bothSides([...rough(outer), ...inner], smooth, facing) +
    tufts.map((tuft) => line(tuft, facing, { width: 4, opacity: 0.55 })).join('')
  );
};

/** Returns teeth along an edge. */
function rough(edge: readonly Point[]): Point[] {
  return edge.flatMap((point, index) => {
    const next = edge[index + 1] ?? point;
    return steps(0, 0.8, 4).map((share, step): Point => {
      const [x, y] = between(point, next, share);
      return [x + (step % 2) * 7, y + (step % 2) * 3];
    });
  });
}
