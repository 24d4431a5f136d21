import { cloth, fold, line } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { arms, head, torso } from '../figure.ts';
import { dress } from '../outfit.ts';
import { mirrored, type Point, smooth, steps, straight, text } from '../path.ts';
import { bodice } from '../pieces/bodice.ts';
import { scarf } from '../pieces/scarf.ts';
import { sleeves } from '../pieces/sleeve.ts';
import { view } from '../scene.ts';
import { defineTask } from '../task.ts';

/** Upright knitted ribs between two heights, fanning out towards the bottom. */
const ribs = (top: number, bottom: number, halfTop: number, halfBottom: number, fabric: Fabric): string =>
  steps(-0.85, 0.85, 8)
    .map((share) =>
      line(
        smooth([
          [share * halfTop, top],
          [share * halfBottom, bottom],
        ]),
        fabric,
        { width: 1.6, opacity: 0.55 },
      ),
    )
    .join('');

function tube(right: readonly Point[]): string {
  return `${smooth(right)}${smooth(mirrored(right), 'L')}Z`;
}

/** Folded over once, as high as the chin. */
function turtle(fabric: Fabric): string {
  const under = tube([
    [22, 100],
    [25, 120],
    [34, 142],
    [46, 150],
  ]);
  const over = `M-25 90C-10 95 10 95 25 90C29 104 32 116 33 130C14 140 -14 140 -33 130C-32 116 -29 104 -25 90Z`;
  return cloth(under, fabric) + cloth(over, fabric, 2) + ribs(95, 132, 22, 29, fabric);
}

/** A narrow standing band at the root of the neck. */
function lowTurtle(fabric: Fabric): string {
  const band = 'M-24 124C-10 130 10 130 24 124L36 146C16 156 -16 156 -36 146Z';
  return cloth(band, fabric) + ribs(129, 151, 20, 30, fabric);
}

/** Gathered frills standing around the neck, in layers: each bulges in as many lobes as it has gathers. */
function ruffle(fabric: Fabric): string {
  const layer = (top: number, half: number, deep: number, lobes: number) => {
    const sag = (x: number) => (1 - (x / half) ** 2) * 9;
    const crest = steps(-half * 0.86, half * 0.86, lobes * 2).map(
      (x, index): Point => [x, top + sag(x) + (index % 2 === 0 ? 2 : -3)],
    );
    const bottom = steps(half, -half, lobes).map((x): Point => [x, top + deep + sag(x)]);
    const bulges = bottom.slice(1).map(([x, y], index) => {
      const [beforeX, beforeY] = bottom[index] ?? [x, y];
      return `Q${text((x + beforeX) / 2)} ${text((y + beforeY) / 2 + 13)} ${text(x)} ${text(y)}`;
    });
    const start = bottom.slice(0, 1);
    const gathers = bottom.slice(1, -1).map(([x, y]) =>
      fold(
        [
          [x * 0.84, top + sag(x) + 3],
          [x, y - 1],
        ],
        fabric,
      ),
    );
    return cloth(`${smooth(crest)}${straight(start, 'L')}${bulges.join('')}Z`, fabric) + gathers.join('');
  };
  return layer(138, 58, 22, 9) + layer(122, 48, 24, 8) + layer(103, 36, 26, 7);
}

/** Cloth that hangs from the shoulders in deep round folds, each over the next. */
function draped(fabric: Fabric): string {
  const folds = (
    [
      [64, 288],
      [58, 264],
      [52, 240],
      [46, 216],
    ] as const
  ).map(([half, deep]) => {
    const top = 139 + (half - 34) * 0.36;
    const swag = `M${-half} ${text(top)}C${text(-half * 0.8)} ${deep} ${text(half * 0.8)} ${deep} ${half} ${text(top)}`;
    const inside = 'L34 139C26 172 -26 172 -34 139Z';
    return line(swag, fabric, { width: 13, depth: 0.4, opacity: 0.22 }) + cloth(swag + inside, fabric, 2);
  });
  return folds.join('');
}

const CLOSED = 'M-33 137C-28 152 28 152 33 137';

/** Chin to chest. Where no neck shows, a scarf covers it. */
export const neckDesign = defineTask(
  'neck_design',
  [
    { name: 'Invisible', neckline: CLOSED, collar: () => '' },
    { name: 'Turtle Neck', neckline: CLOSED, collar: turtle },
    { name: 'Ruffle Semi-High Collar', neckline: CLOSED, collar: ruffle },
    { name: 'Low Turtle Neck', neckline: CLOSED, collar: lowTurtle },
    { name: 'Draped Collar', neckline: 'M-34 139C-26 172 26 172 34 139', collar: draped },
  ],
  (random, { name, neckline, collar }) => {
    const { figure, colours, cloth } = dress(random, { hair: ['bun', 'short', 'bob'] });
    const upper = cloth('upper', { apart: 0.24, plain: 0.7 });
    const hidden = name === 'Invisible' ? cloth('scarf', { plain: 0.4 }) : undefined;
    const { behind, front } = head(figure);
    const drawing =
      upper.definition +
      (hidden?.definition ?? '') +
      behind +
      torso(figure) +
      arms(figure) +
      sleeves(figure, { end: random.pick([0.3, 0.9]), ease: 10 }, upper) +
      bodice({ neckline, hem: 372, ease: 5 }, upper) +
      front +
      collar(upper) +
      (hidden === undefined ? '' : scarf(hidden));
    return { view: view(44, 262, 220), drawing, colours };
  },
);
