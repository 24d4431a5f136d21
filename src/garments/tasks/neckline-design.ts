import { cloth, fold } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { arms, head, torso } from '../figure.ts';
import { dress } from '../outfit.ts';
import { mirrored, type Point, smooth, steps } from '../path.ts';
import { bodice, side } from '../pieces/bodice.ts';
import { scarf } from '../pieces/scarf.ts';
import { sleeves } from '../pieces/sleeve.ts';
import { view } from '../scene.ts';
import { defineTask } from '../task.ts';

const HEM = 372;

/** A bodice that ends below bare shoulders. `edge` runs from the left armpit to the right one. */
function strapless(edge: string, fabric: Fabric): string {
  const right = side(222, HEM, 4);
  return cloth(`${edge}${smooth(right, 'L')}${smooth(mirrored(right), 'L')}Z`, fabric);
}

/** A flounce around chest and upper arms, wide and scalloped. */
function offShoulder(fabric: Fabric): string {
  const top: Point[] = [
    [-96, 196],
    [-60, 206],
    [0, 212],
    [60, 206],
    [96, 196],
  ];
  const scallops = steps(104, -104, 16).map(
    (x, index): Point => [x, 246 + (1 - (x / 104) ** 2) * 18 + (index % 2) * 7],
  );
  const gathers = steps(-84, 84, 8).map((x) =>
    fold(
      [
        [x * 0.92, 208],
        [x, 232 + (1 - (x / 104) ** 2) * 14],
      ],
      fabric,
    ),
  );
  return (
    strapless('M-64 220Q0 228 64 220', fabric) +
    cloth(`${smooth(top)}${smooth(scallops, 'L')}Z`, fabric) +
    gathers.join('')
  );
}

function oneShoulder(fabric: Fabric): string {
  const right: Point[] = [[70, 156], [64, 178], ...side(204, HEM, 4)];
  const left = mirrored(side(210, HEM, 4));
  return cloth(`M-66 210C-20 196 24 172 40 142${smooth(right, 'L')}${smooth(left, 'L')}Z`, fabric);
}

const shaped = (neckline: string, shoulder = 75) => ({ neckline, shoulder });

/** Chest and shoulders. Where no neckline shows, a scarf covers it. */
export const necklineDesign = defineTask(
  'neckline_design',
  [
    { name: 'Invisible', ...shaped('M-36 139C-34 186 34 186 36 139') },
    { name: 'Strapless Neck', bare: (fabric: Fabric) => strapless('M-66 200C-40 190 40 190 66 200', fabric) },
    { name: 'Deep V Neckline', ...shaped('M-46 143C-30 200 -10 260 0 296C10 260 30 200 46 143') },
    { name: 'Straight Neck', ...shaped('M-69 150C-40 161 40 161 69 150') },
    { name: 'V Neckline', ...shaped('M-38 140L0 214L38 140') },
    { name: 'Square Neckline', ...shaped('M-48 144L-45 214L45 214L48 144') },
    { name: 'Off Shoulder', bare: offShoulder },
    { name: 'Round Neckline', ...shaped('M-38 140C-36 196 36 196 38 140') },
    { name: 'Sweat Heart Neck', ...shaped('M-58 147L-54 214C-50 176 -8 178 0 232C8 178 50 176 54 214L58 147') },
    { name: 'One Shoulder Neckline', bare: oneShoulder },
  ],
  (random, kind) => {
    const { figure, colours, cloth } = dress(random, { lift: [10, 22], hair: ['bun', 'short', 'bob'] });
    const upper = cloth('upper', { apart: 0.24, plain: 0.6 });
    const hidden = kind.name === 'Invisible' ? cloth('scarf', { plain: 0.4 }) : undefined;
    const { behind, front } = head(figure);
    const length = random.pick([0, 0.14, 0.34, 0.9]);
    const covered = 'neckline' in kind;
    const drawing =
      upper.definition +
      (hidden?.definition ?? '') +
      behind +
      torso(figure) +
      arms(figure) +
      (covered && length > 0 ? sleeves(figure, { end: length, ease: 10 }, upper) : '') +
      (covered
        ? bodice({ neckline: kind.neckline, hem: HEM, ease: 5, shoulder: kind.shoulder }, upper)
        : kind.bare(upper)) +
      front +
      (hidden === undefined ? '' : scarf(hidden));
    return { view: view(64, 336, 270), drawing, colours };
  },
);
