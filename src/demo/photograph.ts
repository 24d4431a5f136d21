import sharp from 'sharp';
import { backdrop } from './backdrop.ts';
import { shades } from './cloth.ts';
import { develop } from './develop.ts';
import { hundredths, tenths } from './path.ts';
import type { Random } from './random.ts';
import type { Scene, View } from './scene.ts';

/** Varies distance and position of the camera slightly, as if it were hand-held. */
function aim(random: Random, { left, top, width, height }: View): View {
  const zoom = random.between(0.95, 1.06);
  return {
    left: left + (width * (1 - zoom)) / 2 + width * random.between(-0.04, 0.04),
    top: top + (height * (1 - zoom)) / 2 + height * random.between(-0.025, 0.025),
    width: width * zoom,
    height: height * zoom,
  };
}

/** Returns the scene with a backdrop as an SVG, at the size of the photograph in pixels. */
export function compose(random: Random, { view, drawing, colours }: Scene): string {
  const { left, top, width, height } = aim(random, view);
  const long = random.integer(256, 320);
  const aspect = (width / height) * random.between(0.95, 1.05);
  const pixelsWide = Math.round(long * Math.min(1, aspect));
  const pixelsHigh = Math.round(long / Math.max(1, aspect));
  const middle = tenths(top + height / 2);
  const pose = `translate(0 ${middle}) rotate(${hundredths(random.between(-5, 5))}) scale(${random.sign()} 1) translate(0 -${middle})`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${pixelsWide}" height="${pixelsHigh}" preserveAspectRatio="none" ` +
    `viewBox="${tenths(left)} ${tenths(top)} ${tenths(width)} ${tenths(height)}">` +
    `<defs>${shades(random.chance(0.5))}</defs>${backdrop(random, view, colours)}` +
    `<g transform="${pose}">${drawing}</g></svg>`
  );
}

/** Renders the scene as a JPEG with 256 to 320 px on its longer side. The same random stream gives the same bytes. */
export async function photograph(random: Random, scene: Scene): Promise<Buffer> {
  const svg = compose(random, scene);
  const softness = random.chance(0.3) ? random.between(0.4, 1) : 0;
  const drawn = sharp(Buffer.from(svg)).removeAlpha().toColourspace('srgb');
  const { data, info } = await (softness > 0 ? drawn.blur(softness) : drawn)
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  develop(random, data, info.width);
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
    .jpeg({ quality: random.integer(82, 93) })
    .toBuffer();
}
