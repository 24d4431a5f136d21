import { halfWidth } from '../body.ts';
import { cloth, fold, line } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { mirrored, type Point, smooth, steps, straight, text } from '../path.ts';

export interface SkirtCut {
  readonly hem: number;
  /** By how much each side widens from hip to hem. */
  readonly flare: number;
  /** How many folds run down from the waist. */
  readonly folds: number;
}

const WAISTBAND = 292;

/** Half of the skirt's width at a height. */
function half(y: number, { hem, flare }: SkirtCut): number {
  const body = y < 400 ? halfWidth(y) + 3 : 73;
  return body + flare * Math.max(0, (y - 330) / (hem - 330)) ** 1.1;
}

/** A skirt of any length, from the waist down. */
export function skirt(cut: SkirtCut, fabric: Fabric): string {
  const { hem, folds } = cut;
  const right = steps(WAISTBAND, hem, Math.round((hem - WAISTBAND) / 30)).map((y): Point => [half(y, cut), y]);
  const width = half(hem, cut);
  const sag = 8 + width * 0.05;
  // The hem waves between the folds and hangs lowest in the middle.
  const edge = steps(0.94, -0.94, Math.max(4, folds * 2)).map(
    (share, index): Point => [share * width, hem + sag * (1 - share * share) + (folds > 2 && index % 2 === 1 ? 4 : 0)],
  );
  const outline = `${smooth(right)}${smooth(edge, 'L')}${smooth(mirrored(right), 'L')}Z`;
  const creases = steps(-0.8, 0.8, Math.max(1, folds - 1)).map((share) =>
    fold(
      [
        [share * 44, WAISTBAND + 16],
        [share * half(400, cut) * 0.95, 400],
        [share * width, hem + sag * (1 - share * share) - 4],
      ],
      fabric,
    ),
  );
  const band = straight([
    [-49, WAISTBAND - 3],
    [49, WAISTBAND - 3],
    [52, WAISTBAND + 14],
    [-52, WAISTBAND + 14],
  ]);
  const stitching = `M${text(-width * 0.96)} ${text(hem - 7)}Q0 ${text(hem + sag * 2 - 8)} ${text(width * 0.96)} ${text(hem - 7)}`;
  return (
    cloth(outline, fabric) +
    creases.join('') +
    line(stitching, fabric, { width: 1.2, dash: '4 3' }) +
    cloth(`${band}Z`, fabric)
  );
}
