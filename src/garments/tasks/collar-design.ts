import { button, cloth, line, seam } from '../cloth.ts';
import { type Fabric, toned } from '../fabric.ts';
import { arms, head, torso } from '../figure.ts';
import { dress } from '../outfit.ts';
import { mirrored, type Point, smooth, steps, straight } from '../path.ts';
import { bodice } from '../pieces/bodice.ts';
import { scarf } from '../pieces/scarf.ts';
import { sleeves } from '../pieces/sleeve.ts';
import { view } from '../scene.ts';
import { defineTask } from '../task.ts';

const both = (right: readonly Point[], path: (points: readonly Point[]) => string, fabric: Fabric): string =>
  cloth(`${path(right)}Z`, fabric, 2) + cloth(`${path(mirrored(right))}Z`, fabric, 2);

const placket = (top: number, fabric: Fabric): string =>
  seam(
    [
      [-7, top],
      [-7, 372],
    ],
    fabric,
  ) +
  seam(
    [
      [7, top],
      [7, 372],
    ],
    fabric,
  ) +
  [top + 16, top + 52, top + 88, top + 124].map((y) => button([0, y], fabric)).join('');

/** Two pointed wings on a stand, over a buttoned placket. */
function shirt(body: Fabric, collar: Fabric): string {
  const wing: Point[] = [
    [22, 116],
    [34, 130],
    [48, 150],
    [40, 190],
    [2, 152],
    [14, 140],
  ];
  return placket(156, body) + both(wing, straight, collar);
}

/** Two small flat halves with round ends. */
function peterPan(body: Fabric, collar: Fabric): string {
  const half: Point[] = [
    [30, 134],
    [46, 140],
    [58, 156],
    [52, 178],
    [32, 188],
    [12, 182],
    [2, 158],
    [16, 156],
    [26, 146],
  ];
  return placket(160, body) + both(half, (points) => smooth([...points, ...points.slice(0, 1)]), collar);
}

/** A broad flat collar that reaches to the shoulders and parts in front into two points, with a line along its edge. */
function puritan(body: Fabric, collar: Fabric): string {
  const halves = [1, -1].map((side) => {
    const at = (points: readonly Point[]) => points.map(([x, y]): Point => [side * x, y]);
    const shoulder = smooth(
      at([
        [30, 134],
        [58, 141],
        [86, 157],
        [90, 184],
        [82, 208],
      ]),
    );
    const front = straight(
      at([
        [36, 240],
        [2, 164],
        [16, 155],
      ]),
      'L',
    );
    const trim = `${smooth(
      at([
        [79, 160],
        [82, 184],
        [75, 202],
      ]),
    )}${straight(
      at([
        [39, 226],
        [14, 172],
      ]),
      'L',
    )}`;
    return cloth(`${shoulder}${front}Z`, collar, 2) + line(trim, collar, { width: 2.4, opacity: 0.7 });
  });
  return placket(180, body) + halves.join('');
}

/** A knitted band around the neck, as a sweatshirt or a bomber jacket has it. */
function rib(_body: Fabric, collar: Fabric): string {
  const band = 'M-40 138C-32 178 32 178 40 138L53 145C44 206 -44 206 -53 145Z';
  const ribs = steps(-1, 1, 20).map((share): string => {
    const turn = share * 1.25;
    const inner: Point = [Math.sin(turn) * 40, 138 + Math.cos(turn) * 31];
    const outer: Point = [Math.sin(turn) * 53, 144 + Math.cos(turn) * 46];
    return line(straight([inner, outer]), collar, { width: 1.8, opacity: 0.6 });
  });
  return cloth(band, collar, 2) + ribs.join('');
}

/** The neck and the upper chest. Where no collar shows, a scarf covers it. */
export const collarDesign = defineTask(
  'collar_design',
  [
    { name: 'Invisible', neckline: 'M-33 137C-28 160 28 160 33 137', collar: () => '' },
    { name: 'Shirt Collar', neckline: 'M-30 136L0 166L30 136', collar: shirt },
    { name: 'Peter Pan', neckline: 'M-33 137C-28 166 28 166 33 137', collar: peterPan },
    { name: 'Puritan Collar', neckline: 'M-33 137L0 166L33 137', collar: puritan },
    { name: 'Rib Collar', neckline: 'M-40 140C-32 180 32 180 40 140', collar: rib },
  ],
  (random, { name, neckline, collar }) => {
    const { figure, colours, cloth } = dress(random, { hair: ['bun', 'short', 'bob'] });
    const upper = cloth('upper', { apart: 0.24 });
    const trim = random.chance(0.5) ? cloth('collar', { plain: 0.9 }) : toned(upper);
    const hidden = name === 'Invisible' ? cloth('scarf', { plain: 0.4 }) : undefined;
    const { behind, front } = head(figure);
    const drawing =
      upper.definition +
      trim.definition +
      (hidden?.definition ?? '') +
      behind +
      torso(figure) +
      arms(figure) +
      sleeves(figure, { end: random.pick([0.3, 0.9]), ease: 10 }, upper) +
      bodice({ neckline, hem: 372, ease: 6 }, upper) +
      front +
      collar(upper, trim) +
      (hidden === undefined ? '' : scarf(hidden));
    return { view: view(66, 276, 214), drawing, colours };
  },
);
