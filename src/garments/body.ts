import { interpolate, type Point } from './path.ts';

/**
 * The figure's own plane: x = 0 runs through the spine, y = 0 is the top of the head and y = 790 the soles, so a head
 * is about a hundred units. Everything is drawn in these units.
 */
export const BODY = {
  chin: 96,
  neckBase: 136,
  shoulder: 156,
  armpit: 204,
  bust: 224,
  waist: 300,
  hip: 392,
  crotch: 424,
  knee: 578,
  ankle: 746,
  sole: 792,
} as const;

const HALF_WIDTHS: readonly Point[] = [
  [90, 18],
  [122, 18],
  [134, 27],
  [146, 52],
  [156, 72],
  [172, 73],
  [204, 62],
  [224, 63],
  [258, 54],
  [300, 46],
  [345, 60],
  [392, 70],
  [424, 70],
];

/** Half of the torso's width at a height, arms not counted. */
export const halfWidth = (y: number): number => interpolate(HALF_WIDTHS, y);

/** One arm: degrees that the upper arm stands away from the body, and by which the forearm bends back in. */
export interface ArmPose {
  readonly side: -1 | 1;
  readonly lift: number;
  readonly bend: number;
}

const UPPER_ARM = 116;
const FOREARM = 106;

/** A point on the arm's middle line: 0 at the shoulder, 0.52 at the elbow, 1 at the wrist, 1.2 at the finger tips. */
export function onArm({ side, lift, bend }: ArmPose, share: number): Point {
  const length = share * (UPPER_ARM + FOREARM);
  const direction = (degrees: number): Point => [
    side * Math.sin((degrees * Math.PI) / 180),
    Math.cos((degrees * Math.PI) / 180),
  ];
  const upper = direction(lift);
  const fore = direction(lift - bend);
  const alongUpper = Math.min(length, UPPER_ARM);
  const alongFore = Math.max(0, length - UPPER_ARM);
  return [side * 62 + upper[0] * alongUpper + fore[0] * alongFore, 170 + upper[1] * alongUpper + fore[1] * alongFore];
}

const ARM_WIDTHS: readonly Point[] = [
  [-0.06, 34],
  [0.1, 36],
  [0.3, 31],
  [0.52, 26],
  [0.64, 27],
  [0.98, 17],
  [1.06, 24],
  [1.14, 22],
  [1.2, 12],
];

export const armWidth = (share: number): number => interpolate(ARM_WIDTHS, share);

/** How far each foot stands from the middle line. */
export interface Stance {
  readonly feet: number;
}

/** A point on a leg's middle line at a height from the hip joint (400) to the sole. */
export function onLeg({ feet }: Stance, side: -1 | 1, y: number): Point {
  return [
    side *
      interpolate(
        [
          [400, 34],
          [BODY.ankle, feet],
        ],
        y,
      ),
    y,
  ];
}

const LEG_WIDTHS: readonly Point[] = [
  [400, 70],
  [424, 68],
  [500, 57],
  [560, 45],
  [590, 43],
  [640, 45],
  [700, 32],
  [735, 24],
  [760, 24],
];

export const legWidth = (y: number): number => interpolate(LEG_WIDTHS, y);
