import { toned } from '../fabric.ts';
import { arms, head, legs, torso } from '../figure.ts';
import { dress } from '../outfit.ts';
import { COATS, TROUSERS } from '../palette.ts';
import { bodice, ROUND } from '../pieces/bodice.ts';
import { coat } from '../pieces/coat.ts';
import { notched, vOpening } from '../pieces/lapels.ts';
import { sleeves } from '../pieces/sleeve.ts';
import { trousers } from '../pieces/trousers.ts';
import { view } from '../scene.ts';
import { defineTask } from '../task.ts';

/** Draws a figure from the chin down, or for "Invisible" a close-up of the chest that shows no hem. */
export const coatLength = defineTask(
  'coat_length',
  [
    { name: 'Invisible', hem: 640 },
    { name: 'High Waist Length', hem: 278 },
    { name: 'Regular Length', hem: 356 },
    { name: 'Long Length', hem: 434 },
    { name: 'Micro Length', hem: 508 },
    { name: 'Knee Length', hem: 586 },
    { name: 'Midi Length', hem: 664 },
    { name: 'Ankle&Floor Length', hem: 756 },
  ],
  (random, { name, hem }) => {
    const { figure, cloth, scene } = dress(random, { lift: [14, 24] });
    const lower = cloth('lower', { from: TROUSERS, plain: 0.9 });
    const outer = cloth('outer', { from: COATS, apart: 0.24, plain: 0.7 });
    const inner = cloth('inner', { plain: 0.9 });
    const opening = { half: random.between(28, 36), closes: Math.min(hem - 24, random.between(226, 290)) };
    const cut = {
      hem: hem + random.between(-8, 8),
      flare: random.between(10, 60),
      opening: vOpening(opening),
      closes: opening.closes,
      rows: random.pick([1, 2] as const),
    };
    const ease = random.between(4, 12);
    const { behind, front } = head(figure);
    return scene(name === 'Invisible' ? view(96, 366, 250) : view(92, 826, 500), [
      behind,
      torso(figure),
      legs(figure),
      trousers(figure.stance, { hem: 764, ease, flare: 0, turnUp: false }, lower),
      bodice({ neckline: ROUND, hem: 330, ease: 3 }, inner),
      arms(figure),
      sleeves(figure, { end: 0.97, ease: 14 }, outer),
      coat(cut, outer),
      front,
      notched(opening, random.chance(0.3) ? toned(outer) : outer, outer),
    ]);
  },
);
