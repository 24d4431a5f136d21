import { cloth, line } from '../cloth.ts';
import { type Fabric, toned } from '../fabric.ts';
import { arms, head, torso } from '../figure.ts';
import { dress } from '../outfit.ts';
import { FURS } from '../palette.ts';
import { between, mirrored, type Point, points, smooth, steps } from '../path.ts';
import { bodice } from '../pieces/bodice.ts';
import { coat, notchedLapels, vOpening } from '../pieces/coat.ts';
import { scarf } from '../pieces/scarf.ts';
import { sleeves } from '../pieces/sleeve.ts';
import { view } from '../scene.ts';
import { defineTask } from '../task.ts';

const both = (right: readonly Point[], fabric: Fabric): string =>
  cloth(`${smooth(right)}Z`, fabric, 2) + cloth(`${smooth(mirrored(right))}Z`, fabric, 2);

const JEWEL = 'M-37 140C-34 184 34 184 37 140';

/** A braid around the neck and down the front instead of lapels. */
function collarless(_opening: number, _closes: number, fabric: Fabric): string {
  return [
    { width: 13, depth: 0.55, opacity: 1 },
    { width: 10, depth: 0, opacity: 1 },
    { width: 2, depth: 0.4, opacity: 1, dash: '3 3' },
  ]
    .map((stroke) => line(`${JEWEL}M0 173V460`, fabric, stroke))
    .join('');
}

/** One narrow round piece around the neck and down to the button. */
function shawl(opening: number, closes: number, fabric: Fabric): string {
  const outer = `${opening - 9},116 ${opening + 8},128 ${opening + 20},164 ${opening + 20},210 ${opening + 4},262 1,${closes}`;
  return both(points(`${outer} ${opening * 0.5},222 ${opening - 2},160 ${opening - 9},116`), fabric);
}

/** The same in fur: broader than the shoulders and rough all over. */
function plusSizeShawl(opening: number, closes: number, fabric: Fabric): string {
  const edge = points(`${opening - 8},110 58,116 92,142 106,184 98,234 70,276 32,302 2,${closes}`);
  const rough = edge.flatMap(([x, y], index) => {
    const next = edge[index + 1];
    if (next === undefined) return [[x, y] as const];
    return steps(0, 0.8, 4).map((share, step): Point => {
      const [alongX, alongY] = between([x, y], next, share);
      return [alongX + (step % 2) * 7, alongY + (step % 2) * 3];
    });
  });
  const tufts = points(
    '46,132 66,140 84,158 60,158 94,184 74,180 52,186 88,212 66,206 44,214 80,240 58,236 34,244 64,264 42,270 22,268 30,292',
  ).flatMap(([x, y]) =>
    [-1, 1].map((side) => {
      const tuft = smooth([
        [side * (x - 7), y - 9],
        [side * x, y],
        [side * (x - 3), y + 10],
      ]);
      return line(tuft, fabric, { width: 4, opacity: 0.55 });
    }),
  );
  return (
    both([...rough, ...points(`${opening * 0.5},226 ${opening - 2},170 ${opening - 8},110`)], fabric) + tufts.join('')
  );
}

/** The front of a jacket. Where no lapel shows, a scarf covers it. */
export const lapelDesign = defineTask(
  'lapel_design',
  [
    { name: 'Invisible', lapels: () => '', neck: undefined },
    { name: 'Notched', lapels: notchedLapels, neck: undefined },
    { name: 'Collarless', lapels: collarless, neck: JEWEL },
    { name: 'Shawl Collar', lapels: shawl, neck: undefined },
    { name: 'Plus Size Shawl', lapels: plusSizeShawl, neck: undefined },
  ],
  (random, { name, lapels, neck }) => {
    const { figure, colours, cloth } = dress(random, { hair: ['bun', 'short', 'bob'] });
    const outer = cloth('outer', { plain: 0.65 });
    const inner = cloth('inner', { apart: 0.24, plain: 0.7 });
    const facing = name === 'Plus Size Shawl' ? cloth('fur', { from: FURS, plain: 1 }) : toned(outer);
    const hidden = name === 'Invisible' ? cloth('scarf', { plain: 0.4 }) : undefined;
    const opening = random.between(28, 36);
    const closes = random.between(286, 316);
    const { behind, front } = head(figure);
    const drawing =
      outer.definition +
      inner.definition +
      (hidden?.definition ?? '') +
      behind +
      torso(figure) +
      bodice({ neckline: 'M-33 137C-28 168 28 168 33 137', hem: 380, ease: 3 }, inner) +
      arms(figure) +
      sleeves(figure, { end: 0.97, ease: 15 }, outer) +
      coat(
        {
          hem: 440,
          flare: 20,
          neck: neck ?? vOpening(opening, closes),
          closes: neck === undefined ? closes : 180,
          rows: 1,
        },
        outer,
      ) +
      front +
      lapels(opening, closes, facing) +
      (hidden === undefined ? '' : scarf(hidden));
    return { view: view(84, 366, 262), drawing, colours };
  },
);
