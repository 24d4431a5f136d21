import { toned } from '../fabric.ts';
import { arms, head, torso } from '../figure.ts';
import { dress } from '../outfit.ts';
import { FURS } from '../palette.ts';
import { bodice, CLOSE } from '../pieces/bodice.ts';
import { coat } from '../pieces/coat.ts';
import { collarless, JEWEL, notched, plusSizeShawl, shawl, vOpening } from '../pieces/lapels.ts';
import { scarf } from '../pieces/scarf.ts';
import { sleeves } from '../pieces/sleeve.ts';
import { view } from '../scene.ts';
import { defineTask } from '../task.ts';

/** Draws the front of a jacket; for "Invisible" a scarf covers the lapels. */
export const lapelDesign = defineTask(
  'lapel_design',
  [
    { name: 'Invisible', lapels: () => '' },
    { name: 'Notched', lapels: notched },
    { name: 'Collarless', lapels: collarless },
    { name: 'Shawl Collar', lapels: shawl },
    { name: 'Plus Size Shawl', lapels: plusSizeShawl },
  ],
  (random, { name, lapels }) => {
    const { figure, cloth, scene } = dress(random, { hair: ['bun', 'short', 'bob'] });
    const outer = cloth('outer');
    const inner = cloth('inner', { apart: 0.24 });
    const facing = name === 'Plus Size Shawl' ? cloth('fur', { from: FURS, plain: 1 }) : toned(outer);
    const opening = { half: random.between(28, 36), closes: random.between(286, 316) };
    const buttonedUp = name === 'Collarless';
    const cut = {
      hem: 440,
      flare: 20,
      opening: buttonedUp ? JEWEL : vOpening(opening),
      closes: buttonedUp ? 180 : opening.closes,
      rows: name === 'Shawl Collar' ? 0 : 1,
    } as const;
    const { behind, front } = head(figure);
    return scene(view(84, 366, 262), [
      behind,
      torso(figure),
      bodice({ neckline: CLOSE, hem: 380, ease: 3 }, inner),
      arms(figure),
      sleeves(figure, { end: 0.97, ease: 15 }, outer),
      coat(cut, outer),
      front,
      name === 'Invisible' ? scarf(cloth('scarf', { plain: 0.4 })) : lapels(opening, facing, outer),
    ]);
  },
);
