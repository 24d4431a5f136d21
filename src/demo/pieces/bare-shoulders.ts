import { cloth, fold } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { mirrored, type Point, points, smooth, steps } from '../path.ts';
import { side } from './bodice.ts';

/** Draws a top with one or two bare shoulders, down to a hem. */
export type BareTop = (hem: number, fabric: Fabric) => string;

function below(edge: string, from: number, hem: number, fabric: Fabric): string {
  const right = side(from, hem, 4);
  return cloth(`${edge}${smooth(right, 'L')}${smooth(mirrored(right), 'L')}Z`, fabric);
}

/** Ends straight above the chest. */
export const strapless: BareTop = (hem, fabric) => below('M-66 200C-40 190 40 190 66 200', 202, hem, fabric);

/** Has a flounce with a scalloped edge around chest and upper arms. */
export const offShoulder: BareTop = (hem, fabric) => {
  const drop = (x: number) => (1 - (x / 104) ** 2) * 18;
  const top = points('-96,196 -60,206 0,212 60,206 96,196');
  const scallops = steps(104, -104, 16).map((x, index): Point => [x, 246 + drop(x) + (index % 2) * 7]);
  const gathers = steps(-84, 84, 8).map((x) => fold(points(`${x * 0.92},208 ${x},${232 + drop(x)}`), fabric));
  return (
    below('M-64 220Q0 228 64 220', 222, hem, fabric) +
    cloth(`${smooth(top)}${smooth(scallops, 'L')}Z`, fabric) +
    gathers.join('')
  );
};

/** Runs from one armpit up to the other shoulder. */
export const oneShoulder: BareTop = (hem, fabric) => {
  const right = [...points('70,156 64,178'), ...side(204, hem, 4)];
  const left = mirrored(side(210, hem, 4));
  return cloth(`M-66 210C-20 196 24 172 40 142${smooth(right, 'L')}${smooth(left, 'L')}Z`, fabric);
};
