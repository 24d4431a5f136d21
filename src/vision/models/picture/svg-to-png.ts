import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FONT, FONT_FAMILY } from './font.ts';

/** A point is a pixel: the smallest letters of a drawn model are legible, and NASNetLarge has 40 megapixels. */
const DENSITY = 72;

/** An SVG as pixels, with letters of a font that comes along; only for what it lacks, those of the machine. */
export async function svgToPng(svg: string): Promise<Buffer> {
  useFont();
  const { default: sharp } = await import('sharp');
  const letters = svg.replaceAll(/font-family="[^"]*"/g, `font-family="${FONT_FAMILY}"`);
  const picture = sharp(Buffer.from(letters), { density: DENSITY, unlimited: true, limitInputPixels: false });
  return picture.flatten({ background: '#fff' }).png({ palette: true, effort: 4 }).toBuffer();
}

let used = false;

/** The settings are read when this process draws its first letter, and the font whenever one is drawn. */
function useFont(): void {
  if (used) return;
  used = true;
  const directory = mkdtempSync(path.join(tmpdir(), 'pipeline-fonts-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(path.join(directory, 'font.ttf'), Buffer.from(FONT, 'base64'));
  const configuration = path.join(directory, 'fonts.conf');
  writeFileSync(configuration, fontConfiguration(directory));
  process.env['FONTCONFIG_FILE'] = configuration;
}

function fontConfiguration(directory: string): string {
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">',
    '<fontconfig>',
    `  <dir>${directory}</dir>`,
    `  <cachedir>${directory}/cache</cachedir>`,
    '  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>',
    '</fontconfig>',
    '',
  ].join('\n');
}
