import { interpolate, type Point, points } from './path.ts';

/**
 * Landmarks of the figure in its own plane: x = 0 is the spine, y = 0 the top of the head and y = 792 the soles, so a head
 * is about 100 units high. Everything is drawn in these units.
 */
export const BODY = {
  chin: 96,
  waist: 292,
  crotch: 424,
  ankle: 746,
  sole: 792,
} as const;

/** Pairs of y and half width. */
const TORSO = points('90,18 122,18 134,27 146,52 156,72 172,73 204,62 224,63 258,54 300,46 345,60 392,70 424,70');

/** Returns half of the width of the torso at a height, without the arms. */
export const halfWidth = (y: number): number => interpolate(TORSO, y);

export interface ArmPose {
  /** −1 for the left side of the image, 1 for the right side. */
  readonly side: -1 | 1;
  /** The angle between the upper arm and the body, in degrees. */
  readonly lift: number;
  /** The angle by which the forearm bends inwards, in degrees. */
  readonly bend: number;
}

const UPPER_ARM = 116;
const FOREARM = 106;

/** Returns a point on the arm's middle line: 0 is the shoulder, 0.52 the elbow, 1 the wrist, 1.2 the fingertips. */
export function onArm({ side, lift, bend }: ArmPose, share: number): Point {
  const length = share * (UPPER_ARM + FOREARM);
  const direction = (degrees: number): Point => {
    const angle = (degrees * Math.PI) / 180;
    return [side * Math.sin(angle), Math.cos(angle)];
  };
  const [upperX, upperY] = direction(lift);
  const [foreX, foreY] = direction(lift - bend);
  const upper = Math.min(length, UPPER_ARM);
  const fore = Math.max(0, length - UPPER_ARM);
  return [side * 62 + upperX * upper + foreX * fore, 170 + upperY * upper + foreY * fore];
}

/** Pairs of share of the arm's length and width. */
const ARM = points('0,36 0.1,36 0.3,31 0.52,26 0.64,27 0.98,17 1.06,24 1.14,22 1.2,12');

export const armWidth = (share: number): number => interpolate(ARM, share);

export interface Stance {
  /** The distance of each foot from the middle line. */
  readonly feet: number;
}

/** Returns a point on a leg's middle line at a height from the hip joint (400) to the sole. */
export function onLeg({ feet }: Stance, side: -1 | 1, y: number): Point {
  const spread: Point[] = [
    [400, 34],
    [BODY.ankle, feet],
  ];
  return [side * interpolate(spread, y), y];
}

/** Pairs of y and width. */
const LEG = points('400,70 424,68 500,57 560,45 590,43 640,45 700,32 735,24 760,24');

export const legWidth = (y: number): number => interpolate(LEG, y);
