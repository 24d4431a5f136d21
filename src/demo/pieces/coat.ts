import { halfWidth } from '../body.ts';
import { button, cloth, fold, line } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { mirrored, type Point, points, smooth, steps, straight } from '../path.ts';

export interface CoatCut {
  readonly hem: number;
  /** How much each side widens from waist to hem. */
  readonly flare: number;
  /** An SVG path along the edge of the opening, from the left shoulder to the right one. */
  readonly opening: string;
  /** The height at which the opening closes. */
  readonly closes: number;
  /** The number of button rows. */
  readonly rows: 0 | 1 | 2;
}

const EASE = 10;

/** Draws the body of a coat or a jacket, without sleeves. */
export function coat({ hem, flare, opening, closes, rows }: CoatCut, fabric: Fabric): string {
  const half = (y: number) => (y < 400 ? halfWidth(y) : 70) + EASE + Math.max(0, (y - 300) / 460) * flare;
  const sides = steps(208, hem, Math.max(3, Math.round((hem - 208) / 32))).map((y): Point => [half(y), y]);
  const right = [...points('75,156 71,172 68,192'), ...sides];
  const details = [1, -1].flatMap((side) => [
    ...(hem < 400 ? [] : [pocket(side, fabric)]),
    ...(hem < 470
      ? []
      : [
          fold(
            points(`${side * 30},430 ${side * 38},${(430 + hem) / 2} ${side * half(hem) * 0.55},${hem - 8}`),
            fabric,
          ),
        ]),
  ]);
  return (
    cloth(`${opening}${smooth(right, 'L')}L0 ${hem + 5}${smooth(mirrored(right), 'L')}Z`, fabric) +
    line(`M2 ${closes}V${hem + 4}`, fabric, { width: 2 }) +
    details.join('') +
    buttons(closes + 10, Math.min(hem - 18, 470), rows, fabric)
  );
}

const pocket = (side: number, fabric: Fabric): string =>
  line(straight(points(`${side * 34},372 ${side * 62},366`)), fabric, { width: 5, depth: 0.35 });

function buttons(from: number, to: number, rows: CoatCut['rows'], fabric: Fabric): string {
  const columns = { 0: [], 1: [-5], 2: [-14, 14] }[rows];
  const heights = steps(from, to, Math.max(1, Math.round((to - from) / 46)));
  return heights.flatMap((y) => columns.map((x) => button([x, y], fabric))).join('');
}
