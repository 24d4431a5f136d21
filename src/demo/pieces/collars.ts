import { bothSides, button, cloth, line, seam } from '../cloth.ts';
import type { Fabric } from '../fabric.ts';
import { type Point, points, smooth, steps, straight } from '../path.ts';

/** Draws a collar on a bodice of the cloth `body`. */
export type Collar = (collar: Fabric, body: Fabric) => string;

function placket(top: number, body: Fabric): string {
  const seams = [-7, 7].map((x) => seam(points(`${x},${top} ${x},372`), body));
  const heights = [16, 52, 88, 124].map((below) => top + below);
  return seams.join('') + heights.map((y) => button([0, y], body)).join('');
}

/** Two pointed wings on a stand, over a buttoned placket. */
export const shirtCollar: Collar = (collar, body) =>
  placket(156, body) + bothSides(points('22,116 34,130 48,150 40,190 2,152 14,140'), straight, collar);

/** Two small flat halves with round ends. */
export const peterPanCollar: Collar = (collar, body) =>
  placket(160, body) +
  bothSides(points('30,134 46,140 58,156 52,178 32,188 12,182 2,158 16,156 26,146 30,134'), smooth, collar);

/** A broad flat collar that reaches the shoulders and ends in front in two points, with a line along its edge. */
export const puritanCollar: Collar = (collar, body) => {
  const halves = [1, -1].map((side) => {
    const at = (list: string) => points(list).map(([x, y]): Point => [side * x, y]);
    const outline = `${smooth(at('30,134 58,141 86,157 90,184 82,208'))}${straight(at('36,240 2,164 16,155'), 'L')}Z`;
    const trim = `${smooth(at('79,160 82,184 75,202'))}${straight(at('39,226 14,172'), 'L')}`;
    return cloth(outline, collar, 2) + line(trim, collar, { width: 2.4, opacity: 0.7 });
  });
  return placket(180, body) + halves.join('');
};

/** A knitted band around the neck, as on a sweatshirt or a bomber jacket. */
export const ribCollar: Collar = (collar) => {
  const band = 'M-40 138C-32 178 32 178 40 138L53 145C44 206 -44 206 -53 145Z';
  const ribs = steps(-1.25, 1.25, 20).map((angle) => {
    const [x, y] = [Math.sin(angle), Math.cos(angle)];
    return straight(points(`${x * 40},${138 + y * 31} ${x * 53},${144 + y * 46}`));
  });
  return cloth(band, collar, 2) + ribs.map((rib) => line(rib, collar, { width: 1.8, opacity: 0.6 })).join('');
};
