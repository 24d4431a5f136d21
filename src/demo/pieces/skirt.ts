import { BODY, halfWidth } from '../body.ts';
import { cloth, fold, line } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { mirrored, type Point, points, smooth, steps, straight, tenths } from '../path.ts';

export interface SkirtCut {
  readonly hem: number;
  /** How much each side widens from hip to hem. */
  readonly flare: number;
  /** The number of folds from the waist down. */
  readonly folds: number;
}

/** Draws a skirt of any length, from the waist down. */
export function skirt({ hem, flare, folds }: SkirtCut, fabric: Fabric): string {
  const half = (y: number) => (y < 400 ? halfWidth(y) + 3 : 73) + flare * Math.max(0, (y - 330) / (hem - 330)) ** 1.1;
  const width = half(hem);
  const depth = 8 + width * 0.05;
  const sag = (share: number) => depth * (1 - share * share);
  const right = steps(BODY.waist, hem, Math.round((hem - BODY.waist) / 30)).map((y): Point => [half(y), y]);
  const wave = folds > 2 ? 4 : 0;
  const edge = steps(0.94, -0.94, Math.max(4, folds * 2)).map(
    (share, index): Point => [share * width, hem + sag(share) + (index % 2) * wave],
  );
  const creases = steps(-0.8, 0.8, Math.max(1, folds - 1)).map((share) => {
    const through = points(
      `${share * 44},${BODY.waist + 16} ${share * half(400) * 0.95},400 ${share * width},${hem + sag(share) - 4}`,
    );
    return fold(through, fabric);
  });
  const stitching = `M${tenths(-width * 0.96)} ${tenths(hem - 7)}Q0 ${tenths(hem + depth * 2 - 8)} ${tenths(width * 0.96)} ${tenths(hem - 7)}`;
  const band = points(`-49,${BODY.waist - 3} 49,${BODY.waist - 3} 52,${BODY.waist + 14} -52,${BODY.waist + 14}`);
  return (
    cloth(`${smooth(right)}${smooth(edge, 'L')}${smooth(mirrored(right), 'L')}Z`, fabric) +
    creases.join('') +
    line(stitching, fabric, { width: 1.2, dash: '4 3' }) +
    cloth(`${straight(band)}Z`, fabric)
  );
}
