import { arms, head, torso } from '../figure.ts';
import { dress } from '../outfit.ts';
import { bodice, ROUND } from '../pieces/bodice.ts';
import { sleeves } from '../pieces/sleeve.ts';
import { trousers } from '../pieces/trousers.ts';
import { view } from '../scene.ts';
import { defineTask } from '../task.ts';

/** Draws one arm and half of the chest, or for "Invisible" the chest alone. Each length has its usual cut. */
export const sleeveLength = defineTask(
  'sleeve_length',
  [
    { name: 'Invisible', end: 1, flare: 0, cuffs: false },
    { name: 'Sleeveless', end: 0, flare: 0, cuffs: false },
    { name: 'Cup Sleeves', end: 0.11, flare: 18, cuffs: false },
    { name: 'Short Sleeves', end: 0.33, flare: 0, cuffs: false },
    { name: 'Elbow Sleeves', end: 0.5, flare: 4, cuffs: true },
    { name: '3/4 Sleeves', end: 0.69, flare: 20, cuffs: false },
    { name: 'Wrist Length', end: 0.86, flare: 2, cuffs: false },
    { name: 'Long Sleeves', end: 1.03, flare: 2, cuffs: true },
    { name: 'Extra Long Sleeves', end: 1.27, flare: 34, cuffs: false },
  ],
  (random, { name, end, flare, cuffs }) => {
    const { figure, cloth, scene } = dress(random, { lift: [14, 22] });
    const upper = cloth('upper');
    const lower = cloth('lower', { plain: 0.9 });
    const sleeve = {
      end: end + random.between(-0.015, 0.015),
      ease: random.between(9, 13),
      flare,
      cuff: cuffs ? cloth('cuff', { apart: 0.3, plain: 1 }) : undefined,
    };
    const body = {
      neckline: ROUND,
      hem: random.between(330, 380),
      ease: random.between(4, 10),
      shoulder: end === 0 ? 52 : 75,
    };
    const { behind, front } = head(figure);
    const oneArm = { left: -52, top: 116, width: 256, height: 366 };
    return scene(name === 'Invisible' ? view(196, 396, 150) : oneArm, [
      behind,
      torso(figure),
      trousers(figure.stance, { hem: 760, ease: 12, flare: 6, turnUp: false }, lower),
      arms(figure),
      end === 0 ? '' : sleeves(figure, sleeve, upper),
      bodice(body, upper),
      front,
    ]);
  },
);
