import { BODY, halfWidth, legWidth, onLeg, type Stance } from '../body.ts';
import { button, cloth, fold, line, seam } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { type Point, smooth, steps, straight } from '../path.ts';

export interface TrouserCut {
  readonly hem: number;
  /** By how much a leg is wider than the wearer's, at the knee. */
  readonly ease: number;
  /** What is added to a leg's width at the hem. */
  readonly flare: number;
  /** A turn-up at the hem. */
  readonly turnUp: boolean;
}

const WAISTBAND = 292;

/** Trousers of any length, from the waist down. */
export function trousers(stance: Stance, { hem, ease, flare, turnUp }: TrouserCut, fabric: Fabric): string {
  const half = (y: number) =>
    (Math.max(legWidth(y), 36) + ease + flare * Math.max(0, (y - BODY.crotch) / (BODY.ankle - BODY.crotch))) / 2;
  const heights = steps(BODY.crotch + 16, hem, Math.max(2, Math.round((hem - BODY.crotch) / 40)));
  const leg = (side: -1 | 1) => {
    const outer = heights.map((y): Point => [onLeg(stance, side, y)[0] + side * half(y), y]);
    const inner = heights.map(
      (y): Point => [side * Math.max(2 + (y - BODY.crotch) * 0.045, side * onLeg(stance, side, y)[0] - half(y)), y],
    );
    const hip: Point[] = [
      [side * (halfWidth(WAISTBAND) + 3), WAISTBAND],
      [side * (halfWidth(345) + 4), 345],
      [side * (halfWidth(392) + 4), 392],
    ];
    const outline = `${straight([[0, WAISTBAND]])}${smooth([...hip, ...outer], 'L')}${smooth([...inner].reverse(), 'L')}L0 ${BODY.crotch}Z`;
    const crease = heights.map((y): Point => [onLeg(stance, side, y)[0], y]);
    const [outerX = 0] = outer.at(-1) ?? [];
    const [innerX = 0] = inner.at(-1) ?? [];
    const cuff = straight([
      [innerX - side * 2, hem - 13],
      [outerX + side * 2, hem - 13],
      [outerX + side * 2, hem + 2],
      [innerX - side * 2, hem + 2],
    ]);
    return (
      cloth(outline, fabric) +
      fold(crease, fabric) +
      (turnUp
        ? cloth(`${cuff}Z`, fabric)
        : seam(
            [
              [innerX, hem - 6],
              [outerX, hem - 6],
            ],
            fabric,
          ))
    );
  };
  const band = straight([
    [-49, WAISTBAND - 2],
    [49, WAISTBAND - 2],
    [51, WAISTBAND + 13],
    [-51, WAISTBAND + 13],
  ]);
  const fly = line(
    `M0 ${WAISTBAND + 13}V${BODY.crotch - 24}C2 ${BODY.crotch - 14} 6 ${BODY.crotch - 20} 9 ${BODY.crotch - 32}`,
    fabric,
  );
  const pocket = (side: number) =>
    seam(
      [
        [side * 34, WAISTBAND + 14],
        [side * 63, WAISTBAND + 58],
      ],
      fabric,
    );
  return (
    leg(-1) + leg(1) + cloth(`${band}Z`, fabric) + fly + pocket(-1) + pocket(1) + button([0, WAISTBAND + 6], fabric)
  );
}
