import { type ArmPose, armWidth, BODY, halfWidth, legWidth, onArm, onLeg, type Stance } from './body.ts';
import { type Colour, contrasting, darker, mix } from './colour.ts';
import { type HairStyle, hairBehind, hairInFront } from './hair.ts';
import { DUMMIES, HAIRS, SHOES, SKINS } from './palette.ts';
import { edges, mirrored, type Point, ribbon, smooth, steps, text } from './path.ts';
import type { Random } from './random.ts';

/** Who wears the garment: a person, or a dummy without hair and face. */
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
  /** Degrees, the least and the most that an upper arm stands away from the body. */
  readonly lift?: readonly [number, number];
  readonly hair?: readonly [HairStyle, ...HairStyle[]];
}

export function drawFigure(
  random: Random,
  { lift = [9, 20], hair = ['bun', 'short', 'bob', 'long'] }: Posture = {},
): Figure {
  const dummy = random.chance(0.1);
  const skin = dummy ? random.pick(DUMMIES) : random.pick(SKINS);
  const arm = (side: -1 | 1): ArmPose => {
    const angle = random.between(...lift);
    return { side, lift: angle, bend: random.between(0, angle * 0.9) };
  };
  return {
    dummy,
    skin,
    hair: contrasting(random, HAIRS, [skin], 0.16),
    hairStyle: random.pick(hair),
    shoes: contrasting(random, SHOES, [skin], 0.2),
    arms: [arm(-1), arm(1)],
    stance: { feet: random.between(26, 44) },
  };
}

function skinPath(outline: string, skin: Colour): string {
  return (
    `<path d="${outline}" fill="${skin}"/>` +
    `<path d="${outline}" fill="url(#round)" fill-opacity="0.55" stroke="${darker(skin, 0.35)}" stroke-width="1.2" stroke-linejoin="round"/>`
  );
}

export function torso({ skin }: Figure): string {
  const heights = [88, 112, 124, 134, 142, 149, 156, 172, 204, 224, 258, 300, 345, 392, 424];
  const right: Point[] = heights.map((y) => [halfWidth(y), y]);
  const collarbone = (side: number) =>
    `<path d="${smooth([
      [side * 9, 152],
      [side * 30, 148],
      [side * 54, 150],
    ])}" fill="none" stroke="${darker(skin, 0.35)}" stroke-width="1.6" stroke-opacity="0.5" stroke-linecap="round"/>`;
  return skinPath(`${smooth(right)}${smooth(mirrored(right), 'L')}Z`, skin) + collarbone(-1) + collarbone(1);
}

/** One arm. Its line starts below the shoulder, where arm and torso run into each other. */
function arm({ skin }: Figure, pose: ArmPose): string {
  const { side } = pose;
  const shares = [0.16, 0.3, 0.52, 0.64, 0.84, 0.98, 1.06, 1.14, 1.2];
  const { left, right } = edges(
    shares.map((share) => onArm(pose, share)),
    shares.map(armWidth),
  );
  const [outer, inner] = side === 1 ? [right, left] : [left, right];
  const thumb = [1.02, 1.08, 1.13].map((share): Point => {
    const [x, y] = onArm(pose, share);
    return [x - side * 11, y];
  });
  const filled = `${smooth([[side * 48, 146], [side * 70, 154], ...outer])}${smooth([...inner.reverse(), [side * 50, 214]], 'L')}Z`;
  const drawn = `${smooth(outer)}${smooth(inner, 'L')}`;
  return (
    skinPath(ribbon(thumb, [6, 8, 5]), skin) +
    `<path d="${filled}" fill="${skin}"/>` +
    `<path d="${filled}" fill="url(#limb)" fill-opacity="0.55"/>` +
    `<path d="${drawn}" fill="none" stroke="${darker(skin, 0.35)}" stroke-width="1.2" stroke-linejoin="round"/>`
  );
}

export const arms = (figure: Figure): string => figure.arms.map((pose) => arm(figure, pose)).join('');

/** Both legs, bare, in low shoes. */
export function legs({ skin, shoes, stance }: Figure): string {
  const heights = steps(400, 764, 12);
  const leg = (side: -1 | 1) => {
    const [x] = onLeg(stance, side, BODY.ankle);
    const out = side * 4;
    const shoe = `M${text(x - 13)} 756C${text(x - 17 + out)} 772 ${text(x - 20 + out)} 788 ${text(x - 16 + out)} 796L${text(x + 16 + out)} 796C${text(x + 20 + out)} 788 ${text(x + 17 + out)} 772 ${text(x + 13)} 756C${text(x + 6)} 772 ${text(x - 6)} 772 ${text(x - 13)} 756Z`;
    return (
      skinPath(
        ribbon(
          heights.map((y) => onLeg(stance, side, y)),
          heights.map(legWidth),
        ),
        skin,
      ) +
      skinPath(
        ribbon(
          [
            [x, 750],
            [x + out, 772],
          ],
          [24, 26],
        ),
        skin,
      ) +
      skinPath(shoe, shoes)
    );
  };
  return leg(-1) + leg(1);
}

/** The head and what of the hair is before it; `behind` has to be drawn before the torso. */
export function head(figure: Figure): { readonly behind: string; readonly front: string } {
  const { skin, dummy, hair, hairStyle } = figure;
  const half: Point[] = [
    [0, 6],
    [20, 12],
    [31, 32],
    [32, 54],
    [27, 76],
    [14, 92],
    [0, BODY.chin + 1],
  ];
  const face = skinPath(`${smooth(half)}${smooth(mirrored(half), 'L')}Z`, skin);
  const neckShadow = `<path d="M-17 94C-8 106 8 106 17 94L18 110C8 120 -8 120 -18 110Z" fill="${darker(skin, 0.45)}" fill-opacity="0.4"/>`;
  if (dummy) return { behind: '', front: neckShadow + face };
  const lips = `<path d="M-8 79C-4 76.5 -1 77 0 78C1 77 4 76.5 8 79C4 84 -4 84 -8 79Z" fill="${mix(skin, '#a3283f', 0.6)}"/>`;
  const eye = (side: number) =>
    `<path d="${smooth([
      [side * 8, 53],
      [side * 14, 56],
      [side * 20, 53],
    ])}" fill="none" stroke="${darker(skin, 0.75)}" stroke-width="2" stroke-linecap="round"/>`;
  const nose = `<path d="M1 58C3 64 4 67 0 68" fill="none" stroke="${darker(skin, 0.4)}" stroke-width="1.4" stroke-linecap="round"/>`;
  return {
    behind: hairBehind(hairStyle, hair),
    front: neckShadow + face + lips + eye(-1) + eye(1) + nose + hairInFront(hairStyle, hair),
  };
}
