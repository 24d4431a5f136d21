import { darker } from './colour.ts';
import type { Fabric } from './fabric.ts';
import { mirrored, type Point, smooth, straight, tenths } from './path.ts';

const SHADOW = '#0d0b14';

/**
 * Returns the gradients that make cloth and limbs look round; each image has one copy. `round` shades a whole piece, `limb`
 * is paler at its edges, where an arm joins the body.
 */
export function shades(lightFromLeft: boolean): string {
  const direction = lightFromLeft ? 'x1="0" x2="1"' : 'x1="1" x2="0"';
  const stop = (offset: number, colour: string, opacity: number) =>
    `<stop offset="${offset}" stop-color="${colour}" stop-opacity="${opacity}"/>`;
  const gradient = (id: string, near: number, far: number) =>
    `<linearGradient id="${id}" ${direction} y1="0" y2="0.12">` +
    stop(0, SHADOW, near) +
    stop(0.28, SHADOW, 0) +
    stop(0.42, '#ffffff', 0.16) +
    stop(0.6, SHADOW, 0) +
    stop(1, SHADOW, far) +
    '</linearGradient>';
  return gradient('round', 0.22, 0.32) + gradient('limb', 0.1, 0.16);
}

/** Draws a piece of cloth with its pattern, shading and edge. */
export function cloth(outline: string, { fill, colour }: Fabric, edge = 1.6): string {
  return (
    `<path d="${outline}" fill="${fill}"/>` +
    `<path d="${outline}" fill="url(#round)" ` +
    `stroke="${darker(colour, 0.5)}" stroke-width="${edge}" stroke-linejoin="round"/>`
  );
}

/** Draws a piece on the figure's right and its mirror image on the left. `through` is the outline of the right one. */
export function bothSides(
  through: readonly Point[],
  join: (through: readonly Point[]) => string,
  fabric: Fabric,
): string {
  return [through, mirrored(through)].map((piece) => cloth(`${join(piece)}Z`, fabric, 2)).join('');
}

export interface LineStyle {
  readonly width?: number;
  /** How much darker than the cloth it is, 0 to 1. */
  readonly depth?: number;
  readonly opacity?: number;
  /** As SVG's `stroke-dasharray`. */
  readonly dash?: string;
}

/** Draws a line on a cloth, in a darker tone of its colour. */
export function line(path: string, { colour }: Fabric, style: LineStyle = {}): string {
  const { width = 1.5, depth = 0.45, opacity = 0.8, dash = 'none' } = style;
  return (
    `<path d="${path}" fill="none" stroke="${darker(colour, depth)}" stroke-width="${width}" ` +
    `stroke-opacity="${opacity}" stroke-linecap="round" stroke-dasharray="${dash}"/>`
  );
}

export const fold = (through: readonly Point[], fabric: Fabric): string =>
  line(smooth(through), fabric, { width: 2.2, depth: 0.4, opacity: 0.45 });

export const seam = (through: readonly Point[], fabric: Fabric): string => line(straight(through), fabric);

export function button([x, y]: Point, { colour }: Fabric): string {
  const rim = 'stroke="#ffffff" stroke-opacity="0.5" stroke-width="0.8"';
  return `<circle cx="${tenths(x)}" cy="${tenths(y)}" r="3.4" fill="${darker(colour, 0.6)}" ${rim}/>`;
}
