import type { Fabric } from '../fabric.ts';
import { arms, type Figure, head, torso } from '../figure.ts';
import { dress } from '../outfit.ts';
import { type BareTop, offShoulder, oneShoulder, strapless } from '../pieces/bare-shoulders.ts';
import { bodice, ROUND } from '../pieces/bodice.ts';
import { scarf } from '../pieces/scarf.ts';
import { sleeves } from '../pieces/sleeve.ts';
import { view } from '../scene.ts';
import { defineTask } from '../task.ts';

const HEM = 372;

/** A top; `sleeve` is where its sleeves end, if it has any. */
type Top = (figure: Figure, sleeve: number, fabric: Fabric) => string;

const bare =
  (top: BareTop): Top =>
  (_figure, _sleeve, fabric) =>
    top(HEM, fabric);

const cut =
  (neckline: string): Top =>
  (figure, sleeve, fabric) =>
    (sleeve === 0 ? '' : sleeves(figure, { end: sleeve, ease: 10 }, fabric)) +
    bodice({ neckline, hem: HEM, ease: 5 }, fabric);

/** Draws chest and shoulders; for "Invisible" a scarf covers the neckline. */
export const necklineDesign = defineTask(
  'neckline_design',
  [
    { name: 'Invisible', top: cut(ROUND) },
    { name: 'Strapless Neck', top: bare(strapless) },
    { name: 'Deep V Neckline', top: cut('M-46 143C-30 200 -10 260 0 296C10 260 30 200 46 143') },
    { name: 'Straight Neck', top: cut('M-69 150C-40 161 40 161 69 150') },
    { name: 'V Neckline', top: cut('M-38 140L0 214L38 140') },
    { name: 'Square Neckline', top: cut('M-48 144L-45 214L45 214L48 144') },
    { name: 'Off Shoulder', top: bare(offShoulder) },
    { name: 'Round Neckline', top: cut('M-38 140C-36 196 36 196 38 140') },
    { name: 'Sweat Heart Neck', top: cut('M-58 147L-54 214C-50 176 -8 178 0 232C8 178 50 176 54 214L58 147') },
    { name: 'One Shoulder Neckline', top: bare(oneShoulder) },
  ],
  (random, { name, top }) => {
    const { figure, cloth, scene } = dress(random, { lift: [10, 22], hair: ['bun', 'short', 'bob'] });
    const upper = cloth('upper', { apart: 0.24 });
    const { behind, front } = head(figure);
    return scene(view(64, 336, 270), [
      behind,
      torso(figure),
      arms(figure),
      top(figure, random.pick([0, 0.14, 0.34, 0.9]), upper),
      front,
      name === 'Invisible' ? scarf(cloth('scarf', { plain: 0.4 })) : '',
    ]);
  },
);
