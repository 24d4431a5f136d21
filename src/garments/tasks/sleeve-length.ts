import { toned } from '../fabric.ts';
import { arms, head, torso } from '../figure.ts';
import { dress } from '../outfit.ts';
import { bodice, ROUND } from '../pieces/bodice.ts';
import { sleeves } from '../pieces/sleeve.ts';
import { trousers } from '../pieces/trousers.ts';
import { view } from '../scene.ts';
import { defineTask } from '../task.ts';

/** The upper half of a figure with both arms, or its middle alone, where no sleeve ends. */
export const sleeveLength = defineTask(
  'sleeve_length',
  [
    { name: 'Invisible', end: 1, flare: 2, cuffed: false },
    { name: 'Sleeveless', end: 0, flare: 2, cuffed: false },
    { name: 'Cup Sleeves', end: 0.12, flare: 14, cuffed: false },
    { name: 'Short Sleeves', end: 0.28, flare: 2, cuffed: false },
    { name: 'Elbow Sleeves', end: 0.47, flare: 4, cuffed: true },
    { name: '3/4 Sleeves', end: 0.67, flare: 17, cuffed: false },
    { name: 'Wrist Length', end: 0.86, flare: 2, cuffed: false },
    { name: 'Long Sleeves', end: 1.03, flare: 2, cuffed: true },
    { name: 'Extra Long Sleeves', end: 1.26, flare: 24, cuffed: false },
  ],
  (random, { name, end, flare, cuffed }) => {
    const { figure, colours, cloth } = dress(random, { lift: [14, 22] });
    const upper = cloth('upper');
    const lower = cloth('lower', { plain: 0.9 });
    const { behind, front } = head(figure);
    const cut = {
      end: end + random.between(-0.015, 0.015),
      ease: random.between(9, 13),
      flare,
      ...(cuffed ? { cuff: toned(upper) } : {}),
    };
    const drawing =
      upper.definition +
      lower.definition +
      behind +
      torso(figure) +
      trousers(figure.stance, { hem: 760, ease: 12, flare: 6, turnUp: false }, lower) +
      arms(figure) +
      (end === 0 ? '' : sleeves(figure, cut, upper)) +
      bodice(
        { neckline: ROUND, hem: random.between(330, 380), ease: random.between(4, 10), shoulder: end === 0 ? 58 : 75 },
        upper,
      ) +
      front;
    return {
      view: name === 'Invisible' ? view(196, 396, 150) : { left: -52, top: 116, width: 256, height: 366 },
      drawing,
      colours,
    };
  },
);
