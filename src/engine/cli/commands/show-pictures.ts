import type { Console } from '../console.ts';
import type { Pictured } from './contact-sheet.ts';

/** How many pixels of a contact sheet a column of the terminal gets, about as wide as a character usually is. */
const PIXELS_PER_COLUMN = 9;

/** Shows the images of artifacts as contact sheets, if the terminal says that it can show pictures. */
export async function showPictures(
  candidates: readonly Pictured[],
  { width, print }: Console,
  signal: AbortSignal,
): Promise<void> {
  const drawable = candidates.flatMap(({ title, pictures }) => (pictures === undefined ? [] : [{ title, pictures }]));
  if (drawable.length === 0) return;
  const { pictureProtocol, showPicture } = await import('../../inspect/terminal-pictures.ts');
  const protocol = await pictureProtocol(process.stdin, process.stdout, process.env);
  if (protocol === undefined) return;
  const { loadSharp } = await import('../../inspect/sharp.ts');
  const sharp = await loadSharp();
  // What is wrong with it is said where it is needed: by `--png`, and by `doctor`.
  if (!sharp.ok) return;
  const { drawContactSheet } = await import('../../inspect/contact-sheet.ts');
  for (const { title, pictures } of drawable) {
    signal.throwIfAborted();
    const sheet = await drawContactSheet(pictures, title, sharp.value);
    print('');
    const columns = Math.min(width, Math.ceil(sheet.width / PIXELS_PER_COLUMN));
    showPicture(protocol, sheet.png, columns, process.stdout);
  }
}
