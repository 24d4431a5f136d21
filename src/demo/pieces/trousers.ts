import { BODY, halfWidth, legWidth, onLeg, type Stance } from '../body.ts';
import { button, cloth, fold, line, seam } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { type Point, points, smooth, steps, straight } from '../path.ts';

export interface TrouserCut {
  readonly hem: number;
  /** How much wider than the wearer's leg it is at the knee. */
  readonly ease: number;
  /** The additional width of a leg at the ankle. */
  readonly flare: number;
  readonly turnUp: boolean;
}

/** Draws trousers of any length, from the waist down. */
export function trousers(stance: Stance, cut: TrouserCut, fabric: Fabric): string {
  const top = BODY.waist;
  const band = points(`-49,${top - 2} 49,${top - 2} 51,${top + 13} -51,${top + 13}`);
  const fly = `M0 ${top + 13}V${BODY.crotch - 24}C2 ${BODY.crotch - 14} 6 ${BODY.crotch - 20} 9 ${BODY.crotch - 32}`;
  const pockets = [1, -1].map((side) => seam(points(`${side * 34},${top + 14} ${side * 63},${top + 58}`), fabric));
  return (
    leg(stance, -1, cut, fabric) +
    leg(stance, 1, cut, fabric) +
    cloth(`${straight(band)}Z`, fabric) +
    line(fly, fabric) +
    pockets.join('') +
    button([0, top + 6], fabric)
  );
}

function leg(stance: Stance, side: -1 | 1, { hem, ease, flare, turnUp }: TrouserCut, fabric: Fabric): string {
  const half = (y: number) => {
    const share = (y - BODY.crotch) / (BODY.ankle - BODY.crotch);
    return (Math.max(legWidth(y), 36) + ease + flare * Math.max(0, share)) / 2;
  };
  const heights = steps(BODY.crotch + 16, hem, Math.max(2, Math.round((hem - BODY.crotch) / 40)));
  const crease = heights.map((y) => onLeg(stance, side, y));
  const hip = [BODY.waist, 345, 392].map((y): Point => [side * (halfWidth(y) + 4), y]);
  const outer = crease.map(([x, y]): Point => [x + side * half(y), y]);
  // A gap that widens downwards keeps the legs of wide trousers from overlapping.
  const inner = crease.map(([x, y]): Point => [side * Math.max(2 + (y - BODY.crotch) * 0.045, side * x - half(y)), y]);
  const outline = `M0 ${BODY.waist}${smooth([...hip, ...outer], 'L')}${smooth([...inner].reverse(), 'L')}L0 ${BODY.crotch}Z`;
  return cloth(outline, fabric) + fold(crease, fabric) + hemline(inner, outer, turnUp, fabric);
}

function hemline(inner: readonly Point[], outer: readonly Point[], turnUp: boolean, fabric: Fabric): string {
  const [innerX = 0, y = 0] = inner.at(-1) ?? [];
  const [outerX = 0] = outer.at(-1) ?? [];
  if (!turnUp) return seam(points(`${innerX},${y - 6} ${outerX},${y - 6}`), fabric);
  const out = outerX + Math.sign(outerX) * 2;
  return cloth(
    `${straight(points(`${innerX},${y - 13} ${out},${y - 13} ${out},${y + 2} ${innerX},${y + 2}`))}Z`,
    fabric,
  );
}
