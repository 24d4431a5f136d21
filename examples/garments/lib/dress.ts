/** Height and width of an image in pixels. */
const SIZE = 64;

/** From the shortest to the longest: how far down the leg each length begins, as a share of the leg. */
const LENGTHS = [
  { name: 'mini', from: 0.1 },
  { name: 'knee', from: 0.35 },
  { name: 'midi', from: 0.55 },
  { name: 'ankle', from: 0.75 },
  { name: 'floor', from: 0.92 },
] as const;

/** The hue of each colour in degrees. */
const HUES: Readonly<Record<string, number>> = { red: 0, orange: 32, green: 125, blue: 220, purple: 285 };

/** What is drawn, and how it is labelled. */
export interface Dress {
  readonly length: string;
  readonly colour: string;
  /** The width of the hem divided by that of the waist. */
  readonly flare: number;
  readonly svg: string;
}

/**
 * Draws a person of random size in a dress, before things of other shapes, as SVG.
 *
 * @param random returns numbers in [0, 1).
 */
export function drawDress(random: () => number): Dress {
  const between = (from: number, to: number) => from + (to - from) * random();
  const [hem, flare] = [between(0.1, 1), between(1, 3)];
  const length = LENGTHS.findLast(({ from }) => hem >= from)?.name ?? 'mini';
  const colours = Object.keys(HUES);
  const colour = colours[Math.floor(colours.length * random())] ?? 'red';

  const height = between(40, 58);
  const [x, top] = [between(22, 42), between(2, SIZE - 2 - height)];
  const at = (share: number) => top + height * share;
  const [waist, hip, foot] = [height * between(0.07, 0.1), at(0.48), at(0.98)];
  const hemY = hip + (foot - hip) * hem;
  const skin = `hsl(25 ${between(30, 50)}% ${between(30, 75)}%)`;
  const cloth = `hsl(${(HUES[colour] ?? 0) + between(-10, 10)} ${between(55, 80)}% ${between(35, 55)}%)`;
  const [shoulder, bottom] = [waist * 1.3, waist * flare];
  const things = Array.from({ length: 2 }, () => {
    const place = `x="${between(-16, 56)}" y="${between(-16, 56)}" width="${between(8, 32)}" height="${between(8, 40)}"`;
    return `<rect ${place} fill="hsl(${between(0, 360)} 20% ${between(25, 95)}%)"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}">
    <rect width="${SIZE}" height="${SIZE}" fill="hsl(${between(0, 360)} 20% ${between(25, 95)}%)"/>
    ${things.join('')}
    <g stroke="${skin}" stroke-width="${height * 0.05}" stroke-linecap="round">
      <path d="M ${x - waist * 0.5} ${hip} V ${foot} M ${x + waist * 0.5} ${hip} V ${foot}"/>
      <path d="M ${x - shoulder} ${at(0.2)} L ${x - waist * between(1.6, 2.4)} ${at(0.45)}"/>
      <path d="M ${x + shoulder} ${at(0.2)} L ${x + waist * between(1.6, 2.4)} ${at(0.45)}"/>
      <circle cx="${x}" cy="${at(0.08)}" r="${height * 0.045}" fill="${skin}"/>
    </g>
    <path fill="${cloth}" d="M ${x - shoulder} ${at(0.18)} H ${x + shoulder} L ${x + waist} ${at(0.36)}
      L ${x + bottom} ${hemY} H ${x - bottom} L ${x - waist} ${at(0.36)} Z"/>
  </svg>`;
  return { length, colour, flare, svg };
}
