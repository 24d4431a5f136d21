import { halfWidth } from '../body.ts';
import { cloth, fold } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { mirrored, type Point, smooth, steps } from '../path.ts';

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

/** The part of a top that covers the chest and the back, with armholes. */
export function bodice({ neckline, hem, ease, shoulder = 75 }: BodiceCut, fabric: Fabric): string {
  const armhole: Point[] = [
    [shoulder, 156],
    [shoulder - 6, 172],
    [shoulder - 10, 190],
  ];
  const right: Point[] = [...armhole, ...side(206, hem, ease)];
  const outline = `${neckline}${smooth(right, 'L')}${smooth(mirrored(right), 'L')}Z`;
  const waist = (from: number, turn: number): Point[] => [
    [from * (halfWidth(290) + ease), 284],
    [from * 26, 292 + turn],
    [from * 12, 290],
  ];
  return cloth(outline, fabric) + (hem > 310 ? fold(waist(1, 6), fabric) + fold(waist(-1, -4), fabric) : '');
}

/** A plain round neckline, for tops that only go with what the picture is about. */
export const ROUND = 'M-36 139C-34 186 34 186 36 139';
