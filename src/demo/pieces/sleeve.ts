import { type ArmPose, armWidth, onArm } from '../body.ts';
import { cloth, fold, seam } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import type { Figure } from '../figure.ts';
import { edges, type Point, points, smooth, steps } from '../path.ts';

export interface SleeveCut {
  /** Where the sleeves end: 0 at the shoulder, 0.52 at the elbow, 1 at the wrist. */
  readonly end: number;
  /** How much wider than the arm they are. */
  readonly ease: number;
  /** The additional width at the end. */
  readonly flare?: number;
  /** Whether they end in cuffs. */
  readonly cuff?: Fabric | undefined;
}

const CUFF = 0.1;

/** Draws sleeves over both arms, before the bodice, whose armholes then cover their upper ends. */
export const sleeves = ({ arms }: Figure, cut: SleeveCut, fabric: Fabric): string =>
  arms.map((pose) => sleeve(pose, cut, fabric)).join('');

function sleeve(pose: ArmPose, { end, ease, flare = 0, cuff }: SleeveCut, fabric: Fabric): string {
  const { side } = pose;
  const width = (share: number) => armWidth(Math.min(share, 0.98)) + ease + flare * (Math.max(0, share) / end) ** 2;
  const tube = (from: number, to: number) => {
    const shares = steps(from, to, Math.max(2, Math.round((to - from) * 14)));
    const { left, right } = edges(
      shares.map((share) => onArm(pose, share)),
      shares.map(width),
    );
    return side === 1 ? { outer: right, inner: left.reverse() } : { outer: left, inner: right.reverse() };
  };
  const { outer, inner } = tube(Math.min(0.16, end * 0.8), end);
  const head = points(`${side * 50},147 ${side * 74},154`);
  const band = tube(end - CUFF, end);
  const hem = tube(end - 0.03, end);
  return (
    cloth(`${smooth([...head, ...outer])}${smooth([...inner, [side * 52, 206]], 'L')}Z`, fabric) +
    (end > 0.66 ? creases(pose, fabric) : '') +
    (cuff === undefined
      ? seam([...hem.outer.slice(0, 1), ...hem.inner.slice(-1)], fabric)
      : cloth(`${smooth(band.outer)}${smooth(band.inner, 'L')}Z`, cuff))
  );
}

/** Draws folds in the crook of the arm. */
function creases(pose: ArmPose, fabric: Fabric): string {
  return [0.5, 0.56]
    .map((share) => {
      const [x, y] = onArm(pose, share);
      const crease: Point[] = [
        [x - pose.side * 15, y - 6],
        [x - pose.side * 5, y],
        [x + pose.side * 4, y],
      ];
      return fold(crease, fabric);
    })
    .join('');
}
