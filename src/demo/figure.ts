import { type ArmPose, armWidth, BODY, halfWidth, legWidth, onArm, onLeg, type Stance } from './body.ts';
import { type Colour, contrasting, darker, mix } from './colour.ts';
import { type HairStyle, hairBehind, hairInFront } from './hair.ts';
import { DUMMIES, HAIRS, SHOES, SKINS } from './palette.ts';
import { edges, type Point, points, ribbon, smooth, steps, symmetrical, tenths } from './path.ts';
import type { NonEmpty, Random } from './random.ts';

/** The wearer of the garment: a person, or a dummy without hair and face. */
export interface Figure {
  readonly dummy: boolean;
  readonly skin: Colour;
  readonly hair: Colour;
  readonly hairStyle: HairStyle;
  readonly shoes: Colour;
  readonly arms: readonly [left: ArmPose, right: ArmPose];
  readonly stance: Stance;
}

export interface Posture {
  /** The range of the angle between an upper arm and the body, in degrees. */
  readonly lift?: readonly [number, number];
  readonly hair?: NonEmpty<HairStyle>;
}

const ANY_HAIR: NonEmpty<HairStyle> = ['bun', 'short', 'bob', 'long'];

export function chooseFigure(random: Random, { lift = [9, 20], hair = ANY_HAIR }: Posture = {}): Figure {
  const dummy = random.chance(0.1);
  const skin = random.pick(dummy ? DUMMIES : SKINS);
  const pose = (side: -1 | 1): ArmPose => {
    const angle = random.between(...lift);
    return { side, lift: angle, bend: random.between(0, angle * 0.9) };
  };
  return {
    dummy,
    skin,
    hair: contrasting(random, HAIRS, [skin], 0.16),
    hairStyle: random.pick(hair),
    shoes: contrasting(random, SHOES, [skin], 0.2),
    arms: [pose(-1), pose(1)],
    stance: { feet: random.between(26, 44) },
  };
}

const stroke = (path: string, colour: Colour, width: number): string =>
  `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round"/>`;

function skinned(outline: string, skin: Colour): string {
  return (
    `<path d="${outline}" fill="${skin}"/>` +
    `<path d="${outline}" fill="url(#round)" fill-opacity="0.55" stroke="${darker(skin, 0.35)}" stroke-width="1.2"/>`
  );
}

export function torso({ skin }: Figure): string {
  const heights = [88, 112, 124, 134, 142, 149, 156, 172, 204, 224, 258, 300, 345, 392, 424];
  const collarbones = [points('9,152 30,148 54,150'), points('-9,152 -30,148 -54,150')];
  return (
    skinned(symmetrical(heights.map((y) => [halfWidth(y), y])), skin) +
    collarbones.map((bone) => stroke(smooth(bone), mix(skin, darker(skin, 0.35), 0.5), 1.6)).join('')
  );
}

/** Draws one arm. Its outline starts below the shoulder, because arm and torso merge there. */
function arm({ skin }: Figure, pose: ArmPose): string {
  const { side } = pose;
  const shares = [0.16, 0.3, 0.52, 0.64, 0.84, 0.98, 1.06, 1.14, 1.2];
  const { left, right } = edges(
    shares.map((share) => onArm(pose, share)),
    shares.map(armWidth),
  );
  const [outer, inner] = side === 1 ? [right, left.reverse()] : [left, right.reverse()];
  const thumb = [1.02, 1.08, 1.13].map((share): Point => {
    const [x, y] = onArm(pose, share);
    return [x - side * 11, y];
  });
  const shoulder = points(`${side * 48},146 ${side * 70},154`);
  const filled = `${smooth([...shoulder, ...outer])}${smooth([...inner, [side * 50, 214]], 'L')}Z`;
  return (
    skinned(ribbon(thumb, [6, 8, 5]), skin) +
    `<path d="${filled}" fill="${skin}"/>` +
    `<path d="${filled}" fill="url(#limb)" fill-opacity="0.55"/>` +
    stroke(`${smooth(outer)}${smooth(inner, 'L')}`, darker(skin, 0.35), 1.2)
  );
}

export const arms = (figure: Figure): string => figure.arms.map((pose) => arm(figure, pose)).join('');

/** A right shoe around x = 0, turned slightly outwards. */
const SHOE = 'M-13 756C-13 772 -16 788 -12 796H20C24 788 21 772 13 756C6 772 -6 772 -13 756Z';

/** Draws both legs, bare, in low shoes. */
export function legs({ skin, shoes, stance }: Figure): string {
  const heights = steps(400, 764, 12);
  const leg = (side: -1 | 1) => {
    const spine = heights.map((y) => onLeg(stance, side, y));
    const [x] = onLeg(stance, side, BODY.ankle);
    const instep = points(`${x},750 ${x + side * 4},772`);
    const shoe = `<g transform="translate(${tenths(x)} 0) scale(${side} 1)">${skinned(SHOE, shoes)}</g>`;
    return skinned(ribbon(spine, heights.map(legWidth)), skin) + skinned(ribbon(instep, [24, 26]), skin) + shoe;
  };
  return leg(-1) + leg(1);
}

/** Draws the head, with closed eyes. `behind` belongs behind the torso, `front` in front of the neck. */
export function head({ skin, dummy, hair, hairStyle }: Figure): { readonly behind: string; readonly front: string } {
  const face = skinned(symmetrical(points(`0,6 20,12 31,32 32,54 27,76 14,92 0,${BODY.chin + 1}`)), skin);
  const chinShadow = 'M-17 94C-8 106 8 106 17 94L18 110C8 120 -8 120 -18 110Z';
  const underChin = `<path d="${chinShadow}" fill="${darker(skin, 0.45)}" fill-opacity="0.4"/>`;
  if (dummy) return { behind: '', front: underChin + face };
  const mouth = 'M-8 79C-4 76.5 -1 77 0 78C1 77 4 76.5 8 79C4 84 -4 84 -8 79Z';
  const lips = `<path d="${mouth}" fill="${mix(skin, '#a3283f', 0.6)}"/>`;
  const lashes = ['8,53 14,56 20,53', '-8,53 -14,56 -20,53'].map((lid) =>
    stroke(smooth(points(lid)), darker(skin, 0.75), 2),
  );
  const nose = stroke('M1 58C3 64 4 67 0 68', darker(skin, 0.4), 1.4);
  return {
    behind: hairBehind(hairStyle, hair),
    front: underChin + face + lips + lashes.join('') + nose + hairInFront(hairStyle, hair),
  };
}
