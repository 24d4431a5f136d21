import { arms, legs, torso } from '../figure.ts';
import { dress } from '../outfit.ts';
import { bodice, ROUND } from '../pieces/bodice.ts';
import { sleeves } from '../pieces/sleeve.ts';
import { trousers } from '../pieces/trousers.ts';
import { view } from '../scene.ts';
import { defineTask } from '../task.ts';

/** Draws the lower half of a figure, or for "Invisible" a close-up of the hips that shows no hem. */
export const pantLength = defineTask(
  'pant_length',
  [
    { name: 'Invisible', hem: 770 },
    { name: 'Short Pant', hem: 474 },
    { name: 'Mid Length', hem: 550 },
    { name: '3/4 Length', hem: 632 },
    { name: 'Cropped Pant', hem: 694 },
    { name: 'Full Length', hem: 786 },
  ],
  (random, { name, hem }) => {
    const { figure, cloth, scene } = dress(random);
    const lower = cloth('lower');
    const upper = cloth('upper');
    const cut = {
      hem: hem + random.between(-9, 9),
      ease: random.between(8, 24),
      flare: random.between(0, 20) + (name === 'Full Length' ? 16 : 0),
      turnUp: random.chance(0.3),
    };
    return scene(name === 'Invisible' ? view(236, 476, 290) : view(250, 822, 420), [
      torso(figure),
      arms(figure),
      sleeves(figure, { end: 0.95, ease: 9 }, upper),
      legs(figure),
      trousers(figure.stance, cut, lower),
      bodice({ neckline: ROUND, hem: random.between(296, 330), ease: 4 }, upper),
    ]);
  },
);
