import { halfWidth } from '../body.ts';
import { cloth, fold } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { mirrored, type Point, points, smooth, steps } from '../path.ts';

export interface BodiceCut {
  /** An SVG path of the neckline from its left end to its right end, both on the shoulders. */
  readonly neckline: string;
  /** Height of the hem. */
  readonly hem: number;
  /** How much wider than the body it is, on each side. */
  readonly ease: number;
  /** Half of the width at the shoulders. */
  readonly shoulder?: number;
}

/** Returns the right edge of a garment that follows the body from one height to another. */
export function side(from: number, to: number, ease: number): Point[] {
  return steps(from, to, Math.max(2, Math.round((to - from) / 28))).map((y) => [halfWidth(y) + ease, y]);
}

/** Draws the part of a top that covers chest and back, with armholes. */
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

/** A plain round neckline, for tops that are not what the image is about. */
export const ROUND = 'M-36 139C-34 186 34 186 36 139';

/** A plain round neckline close to the neck. */
export const CLOSE = 'M-33 137C-28 166 28 166 33 137';
