import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FONT, FONT_FAMILY } from './font.ts';

/** One pixel per point: the smallest text of a drawn model is legible, and NASNetLarge has 40 megapixels. */
const DENSITY = 72;

/** Renders an SVG as PNG with the bundled font. Characters that it lacks are drawn as boxes: other fonts differ between machines. */
export async function svgToPng(svg: string): Promise<Buffer> {
  useFont();
  const { default: sharp } = await import('sharp');
  const letters = svg.replaceAll(/font-family="[^"]*"/g, `font-family="${FONT_FAMILY}"`);
  const picture = sharp(Buffer.from(letters), { density: DENSITY, unlimited: true, limitInputPixels: false });
  return picture.flatten({ background: '#fff' }).png({ palette: true, effort: 4 }).toBuffer();
}

let used = false;

/**
 * Installs the font for this process. Fontconfig reads its configuration once, when the first text is rendered, and with
 * it whatever it finds below its root: here only the link to the folder of the font, and nothing of the machine.
 */
function useFont(): void {
  if (used) return;
  used = true;
  const directory = mkdtempSync(path.join(tmpdir(), 'pipeline-fonts-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const fonts = path.join(directory, 'fonts');
  const root = path.join(directory, 'root');
  const belowRoot = path.join(root, fonts);
  for (const folder of [fonts, path.dirname(belowRoot)]) mkdirSync(folder, { recursive: true });
  symlinkSync(fonts, belowRoot);
  writeFileSync(path.join(fonts, 'font.ttf'), Buffer.from(FONT, 'base64'));
  writeFileSync(path.join(fonts, 'fonts.conf'), fontConfiguration(fonts));
  process.env['FONTCONFIG_SYSROOT'] = root;
  process.env['FONTCONFIG_FILE'] = path.join(fonts, 'fonts.conf');
}

function fontConfiguration(directory: string): string {
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">',
    '<fontconfig>',
    `  <dir>${directory}</dir>`,
    `  <cachedir>${directory}/cache</cachedir>`,
    '</fontconfig>',
    '',
  ].join('\n');
}
