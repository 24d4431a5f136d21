import { halfWidth } from '../body.ts';
import { cloth, fold } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { mirrored, type Point, points, smooth, steps } from '../path.ts';

export interface BodiceCut {
  /** An SVG path from the left end of the neckline, by way of its middle, to the right end, both on the shoulders. */
  readonly neckline: string;
  /** Height of the hem. */
  readonly hem: number;
  /** By how much it is wider than the body, on each side. */
  readonly ease: number;
  /** Half of the width at the shoulders. */
  readonly shoulder?: number;
}

/** The right edge of a garment that follows the body from one height to another. */
export function side(from: number, to: number, ease: number): Point[] {
  return steps(from, to, Math.max(2, Math.round((to - from) / 28))).map((y) => [halfWidth(y) + ease, y]);
}

/** The part of a top that covers chest and back, with armholes. */
export function bodice({ neckline, hem, ease, shoulder = 75 }: BodiceCut, fabric: Fabric): string {
  const armhole = points(`${shoulder},156 ${shoulder - 6},172 ${shoulder - 10},190`);
  const right = [...armhole, ...side(206, hem, ease)];
  const waist = halfWidth(290) + ease;
  const folds = [points(`${waist},284 26,298 12,290`), points(`${-waist},284 -26,288 -12,290`)];
  return (
    cloth(`${neckline}${smooth(right, 'L')}${smooth(mirrored(right), 'L')}Z`, fabric) +
    (hem > 310 ? folds.map((through) => fold(through, fabric)).join('') : '')
  );
}

/** A plain round neckline, for tops that only go with what the picture is about. */
export const ROUND = 'M-36 139C-34 186 34 186 36 139';

/** The same, close to the neck. */
export const CLOSE = 'M-33 137C-28 166 28 166 33 137';
