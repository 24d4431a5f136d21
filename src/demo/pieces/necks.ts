import { cloth, fold, line } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { type Point, points, smooth, steps, straight, symmetrical, tenths } from '../path.ts';

/** Draws the part of a top around the neck, in its cloth. */
export type Neck = (fabric: Fabric) => string;

/** Draws vertical knitted ribs between two heights, which fan out towards the bottom. */
function ribs(top: number, bottom: number, halfTop: number, halfBottom: number, fabric: Fabric): string {
  return steps(-0.85, 0.85, 8)
    .map((share) => straight(points(`${share * halfTop},${top} ${share * halfBottom},${bottom}`)))
    .map((rib) => line(rib, fabric, { width: 1.6, opacity: 0.55 }))
    .join('');
}

/** A high neck, folded over once, that reaches the chin. */
export const turtleNeck: Neck = (fabric) =>
  cloth(symmetrical(points('22,100 25,120 34,142 46,150')), fabric) +
  cloth('M-25 90C-10 95 10 95 25 90C29 104 32 116 33 130C14 140 -14 140 -33 130C-32 116 -29 104 -25 90Z', fabric, 2) +
  ribs(95, 132, 22, 29, fabric);

/** A narrow band at the root of the neck. */
export const lowTurtleNeck: Neck = (fabric) =>
  cloth('M-24 124C-10 130 10 130 24 124L36 146C16 156 -16 156 -36 146Z', fabric) + ribs(129, 151, 20, 30, fabric);

/** Gathered frills around the neck, in layers. */
export const ruffledNeck: Neck = (fabric) =>
  frill(138, 58, 22, 9, fabric) + frill(122, 48, 24, 8, fabric) + frill(103, 36, 26, 7, fabric);

/** Draws one layer, which bulges downwards in one lobe per gather. */
function frill(top: number, half: number, deep: number, lobes: number, fabric: Fabric): string {
  const sag = (x: number) => (1 - (x / half) ** 2) * 9;
  const crest = steps(-half * 0.86, half * 0.86, lobes * 2).map(
    (x, index): Point => [x, top + sag(x) + (index % 2 === 0 ? 2 : -3)],
  );
  const hem = steps(half, -half, lobes).map((x): Point => [x, top + deep + sag(x)]);
  const bulges = hem.slice(1).map(([x, y], index) => {
    const [beforeX, beforeY] = hem[index] ?? [x, y];
    return `Q${tenths((x + beforeX) / 2)} ${tenths((y + beforeY) / 2 + 13)} ${tenths(x)} ${tenths(y)}`;
  });
  const gathers = hem
    .slice(1, -1)
    .map(([x, y]) => fold(points(`${x * 0.84},${top + sag(x) + 3} ${x},${y - 1}`), fabric));
  return cloth(`${smooth(crest)}${straight(hem.slice(0, 1), 'L')}${bulges.join('')}Z`, fabric) + gathers.join('');
}

/** Cloth that hangs from the shoulders in deep round folds, each over the next. */
export const drapedNeck: Neck = (fabric) =>
  points('64,288 58,264 52,240 46,216')
    .map((swag) => swagged(swag, fabric))
    .join('');

/** Draws one fold from shoulder to shoulder, with its half width and the height of its lowest point. */
function swagged([half, deep]: Point, fabric: Fabric): string {
  const shoulder = 139 + (half - 34) * 0.36;
  const arc = (inwards: number) => {
    const [x, y] = [half - inwards, tenths(shoulder + inwards * 2)];
    return `M${-x} ${y}C${tenths(-x * 0.8)} ${deep} ${tenths(x * 0.8)} ${deep} ${x} ${y}`;
  };
  // The shadow starts below the shoulder, because its width would protrude there.
  const shadow = line(arc(6), fabric, { width: 13, depth: 0.4, opacity: 0.22 });
  return shadow + cloth(`${arc(0)}L34 139C26 172 -26 172 -34 139Z`, fabric, 2);
}
