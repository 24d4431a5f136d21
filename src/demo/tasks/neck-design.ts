import { arms, head, torso } from '../figure.ts';
import { dress } from '../outfit.ts';
import { bodice } from '../pieces/bodice.ts';
import { drapedNeck, lowTurtleNeck, ruffledNeck, turtleNeck } from '../pieces/necks.ts';
import { scarf } from '../pieces/scarf.ts';
import { sleeves } from '../pieces/sleeve.ts';
import { view } from '../scene.ts';
import { defineTask } from '../task.ts';

const CLOSED = 'M-33 137C-28 152 28 152 33 137';
const OPEN = 'M-34 139C-26 172 26 172 34 139';

/** Draws the figure from the face to the chest; for "Invisible" a scarf covers the neck. */
export const neckDesign = defineTask(
  'neck_design',
  [
    { name: 'Invisible', neckline: CLOSED, neck: () => '' },
    { name: 'Turtle Neck', neckline: CLOSED, neck: turtleNeck },
    { name: 'Ruffle Semi-High Collar', neckline: CLOSED, neck: ruffledNeck },
    { name: 'Low Turtle Neck', neckline: CLOSED, neck: lowTurtleNeck },
    { name: 'Draped Collar', neckline: OPEN, neck: drapedNeck },
  ],
  (random, { name, neckline, neck }) => {
    const { figure, cloth, scene } = dress(random, { hair: ['bun', 'short', 'bob'] });
    const upper = cloth('upper', { apart: 0.24, plain: 0.7 });
    const { behind, front } = head(figure);
    return scene(view(44, 262, 220), [
      behind,
      torso(figure),
      arms(figure),
      sleeves(figure, { end: random.pick([0.3, 0.9]), ease: 10 }, upper),
      bodice({ neckline, hem: 372, ease: 5 }, upper),
      front,
      name === 'Invisible' ? scarf(cloth('scarf', { plain: 0.4 })) : neck(upper),
    ]);
  },
);
