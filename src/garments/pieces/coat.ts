import { halfWidth } from '../body.ts';
import { button, cloth, fold, line } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { mirrored, type Point, points, smooth, steps, straight } from '../path.ts';

export interface CoatCut {
  readonly hem: number;
  /** By how much each side widens from waist to hem. */
  readonly flare: number;
  /** An SVG path along the edge of the opening, from the left shoulder to the right one. */
  readonly neck: string;
  /** The height at which it closes. */
  readonly closes: number;
  /** Rows of buttons below the opening; 0 for a coat that is tied or zipped. */
  readonly rows: 0 | 1 | 2;
}

const EASE = 10;

/** Body of a coat or a jacket without sleeves, open in front down to `closes`. */
export function coat({ hem, flare, neck, closes, rows }: CoatCut, fabric: Fabric): string {
  const half = (y: number) => {
    const body = y < 400 ? halfWidth(y) : 70;
    return body + EASE + Math.max(0, ((y - 300) / 460) * flare);
  };
  const armhole: Point[] = [
    [75, 156],
    [71, 172],
    [68, 192],
  ];
  const right: Point[] = [
    ...armhole,
    ...steps(208, hem, Math.max(3, Math.round((hem - 208) / 32))).map((y): Point => [half(y), y]),
  ];
  const outline = `${neck}${smooth(right, 'L')}L0 ${hem + 5}${smooth(mirrored(right), 'L')}Z`;
  const edge = line(`M2 ${closes}V${hem + 4}`, fabric, { width: 2 });
  const last = Math.min(hem - 18, 470);
  const heights = rows === 0 ? [] : steps(closes + 10, last, Math.max(1, Math.round((last - closes) / 46)));
  const buttons = heights.flatMap((y) =>
    rows === 2 ? [button([-14, y], fabric), button([14, y], fabric)] : [button([-5, y], fabric)],
  );
  const pocket = (side: number) =>
    hem < 400
      ? ''
      : line(
          straight([
            [side * 34, 372],
            [side * 62, 366],
          ]),
          fabric,
          { width: 5, depth: 0.35 },
        );
  const drape = (side: number) =>
    hem < 470
      ? ''
      : fold(
          [
            [side * 30, 430],
            [side * 38, (430 + hem) / 2],
            [side * half(hem) * 0.55, hem - 8],
          ],
          fabric,
        );
  return cloth(outline, fabric) + edge + pocket(-1) + pocket(1) + drape(-1) + drape(1) + buttons.join('');
}

/** The height of the shoulder line, near the neck. */
const shoulderAt = (x: number) => 136 + (x - 24) * 0.3;

/** An opening that runs straight down to where it closes. `opening` is half of its width at the shoulders. */
export const vOpening = (opening: number, closes: number): string =>
  straight([
    [-opening, shoulderAt(opening)],
    [0, closes],
    [opening, shoulderAt(opening)],
  ]);

/** A notched lapel on each side of an opening. */
export function notchedLapels(opening: number, closes: number, fabric: Fabric): string {
  const top = shoulderAt(opening);
  const lapel = points(
    `${opening},${top + 8} ${opening + 12},${top + 46} ${opening + 44},${top + 28} ${opening + 34},${top + 78} 2,${closes}`,
  );
  const collar = points(
    `${opening - 8},${top - 14} ${opening + 20},${top + 4} ${opening + 30},${top + 26} ${opening + 12},${top + 46} ${opening - 3},${top + 12}`,
  );
  return [lapel, collar]
    .flatMap((piece) => [piece, mirrored(piece)])
    .map((piece) => cloth(`${straight(piece)}Z`, fabric, 2))
    .join('');
}
