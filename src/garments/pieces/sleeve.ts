import { type ArmPose, armWidth, onArm } from '../body.ts';
import { cloth, fold, line } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import type { Figure } from '../figure.ts';
import { edges, type Point, smooth, steps, straight } from '../path.ts';

export interface SleeveCut {
  /** Where the sleeve ends: 0 at the shoulder, 0.52 at the elbow, 1 at the wrist. */
  readonly end: number;
  /** By how much it is wider than the arm. */
  readonly ease: number;
  /** What is added to its width at the end. */
  readonly flare?: number;
  /** A band of its own at the end. */
  readonly cuff?: Fabric;
}

const CUFF = 0.1;

/** A sleeve over an arm. It is drawn before the bodice, whose armhole then lies over its head. */
export function sleeve(pose: ArmPose, { end, ease, flare = 0, cuff }: SleeveCut, fabric: Fabric): string {
  const { side } = pose;
  const width = (share: number) => armWidth(Math.min(share, 0.98)) + ease + flare * (Math.max(0, share) / end) ** 2;
  const tube = (from: number, to: number) => {
    const shares = steps(from, to, Math.max(2, Math.round((to - from) * 14)));
    const { left, right } = edges(
      shares.map((share) => onArm(pose, share)),
      shares.map(width),
    );
    return side === 1 ? { outer: right, inner: left } : { outer: left, inner: right };
  };
  const { outer, inner } = tube(Math.min(0.16, end * 0.8), end);
  const head: Point[] = [[side * 50, 147], [side * 74, 154], ...outer];
  const outline = `${smooth(head)}${smooth([...inner.reverse(), [side * 52, 206]], 'L')}Z`;
  const band = tube(end - CUFF, end);
  const hem = tube(end - 0.03, end);
  const creases =
    end < 0.66
      ? []
      : [0.5, 0.56].map((share): Point[] => {
          const [x, y] = onArm(pose, share);
          return [
            [x - side * 15, y - 6],
            [x - side * 5, y],
            [x + side * 4, y],
          ];
        });
  return (
    cloth(outline, fabric) +
    creases.map((crease) => fold(crease, fabric)).join('') +
    (cuff === undefined
      ? line(straight([...hem.outer.slice(0, 1), ...hem.inner.slice(0, 1)]), fabric, { width: 1.2, dash: '3 2' })
      : cloth(`${smooth(band.outer)}${smooth(band.inner.reverse(), 'L')}Z`, cuff))
  );
}

export const sleeves = ({ arms }: Figure, cut: SleeveCut, fabric: Fabric): string =>
  arms.map((pose) => sleeve(pose, cut, fabric)).join('');
