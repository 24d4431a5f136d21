import { toned } from '../fabric.ts';
import { arms, head, torso } from '../figure.ts';
import { dress } from '../outfit.ts';
import { bodice, CLOSE } from '../pieces/bodice.ts';
import { peterPanCollar, puritanCollar, ribCollar, shirtCollar } from '../pieces/collars.ts';
import { scarf } from '../pieces/scarf.ts';
import { sleeves } from '../pieces/sleeve.ts';
import { view } from '../scene.ts';
import { defineTask } from '../task.ts';

/** Draws the neck and the upper chest; for "Invisible" a scarf covers the collar. */
export const collarDesign = defineTask(
  'collar_design',
  [
    { name: 'Invisible', neckline: CLOSE, collar: () => '' },
    { name: 'Shirt Collar', neckline: 'M-30 136L0 166L30 136', collar: shirtCollar },
    { name: 'Peter Pan', neckline: CLOSE, collar: peterPanCollar },
    { name: 'Puritan Collar', neckline: 'M-33 137L0 166L33 137', collar: puritanCollar },
    { name: 'Rib Collar', neckline: 'M-40 140C-32 180 32 180 40 140', collar: ribCollar },
  ],
  (random, { name, neckline, collar }) => {
    const { figure, cloth, scene } = dress(random, { hair: ['bun', 'short', 'bob'] });
    const upper = cloth('upper', { apart: 0.24 });
    const facing = random.chance(0.5) ? cloth('collar', { plain: 0.9 }) : toned(upper);
    const { behind, front } = head(figure);
    return scene(view(66, 276, 214), [
      behind,
      torso(figure),
      arms(figure),
      sleeves(figure, { end: random.pick([0.3, 0.9]), ease: 10 }, upper),
      bodice({ neckline, hem: 372, ease: 6 }, upper),
      front,
      name === 'Invisible' ? scarf(facing) : collar(facing, upper),
    ]);
  },
);
