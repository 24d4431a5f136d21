import { arms, legs, torso } from '../figure.ts';
import { dress } from '../outfit.ts';
import { bodice, ROUND } from '../pieces/bodice.ts';
import { skirt } from '../pieces/skirt.ts';
import { sleeves } from '../pieces/sleeve.ts';
import { view } from '../scene.ts';
import { defineTask } from '../task.ts';

/** Draws the lower half of a figure, or for "Invisible" a close-up of the hips that shows no hem. */
export const skirtLength = defineTask(
  'skirt_length',
  [
    { name: 'Invisible', hem: 700 },
    { name: 'Short Length', hem: 468 },
    { name: 'Knee Length', hem: 560 },
    { name: 'Midi Length', hem: 640 },
    { name: 'Ankle Length', hem: 716 },
    { name: 'Floor Length', hem: 792 },
  ],
  (random, { name, hem }) => {
    const { figure, cloth, scene } = dress(random);
    const lower = cloth('lower');
    const upper = cloth('upper');
    const cut = {
      hem: hem + random.between(-9, 7),
      flare: random.between(8, 26) + (hem - 450) * random.between(0.05, 0.2),
      folds: random.integer(1, 8),
    };
    return scene(name === 'Invisible' ? view(236, 476, 290) : view(250, 826, 450), [
      torso(figure),
      arms(figure),
      sleeves(figure, { end: 0.95, ease: 9 }, upper),
      legs(figure),
      bodice({ neckline: ROUND, hem: 306, ease: 4 }, upper),
      skirt(cut, lower),
    ]);
  },
);
