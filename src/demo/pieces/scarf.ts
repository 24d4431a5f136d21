import { cloth, fold } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { points, steps } from '../path.ts';

/** Draws a thick scarf with one end hanging down, which covers neck and collar completely. */
export function scarf(fabric: Fabric): string {
  const end = 'M8 160C14 210 6 262 10 308L58 304C54 260 60 210 46 152Z';
  const fringe = steps(12, 56, 7).map((x) => points(`${x},305 ${x + 1},324`));
  const wraps = [
    'M-66 170C-82 128 -50 98 0 100C50 98 82 128 66 170C48 200 -48 200 -66 170Z',
    'M-56 142C-64 104 -30 84 0 86C30 84 64 104 56 142C36 166 -36 166 -56 142Z',
  ];
  const folds = ['-54,168 0,186 52,166', '-48,136 -6,152 46,134', '-40,116 0,132 42,112'].map(points);
  return [
    cloth(end, fabric),
    ...fringe.map((thread) => fold(thread, fabric)),
    ...wraps.map((wrap) => cloth(wrap, fabric, 2)),
    ...folds.map((through) => fold(through, fabric)),
  ].join('');
}
