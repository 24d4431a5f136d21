import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { problem, type Result, success } from '../../../shared/problem.ts';
import type { ContactSheet } from '../../inspect/contact-sheet.ts';
import type { Pictures } from '../../inspect/picture.ts';
import { list } from '../../plan/suggest.ts';
import type { CommandLine } from '../command-line.ts';
import { writeForUser } from '../write-for-user.ts';

/** An artifact by its displayed name, and its images if it has any. */
export interface Pictured {
  readonly title: string;
  readonly pictures: Pictures | undefined;
}

/** Draws the images of the one artifact that has some, and writes them to a PNG file. */
export async function writeContactSheet(
  candidates: readonly Pictured[],
  file: string,
  force: boolean,
  command: CommandLine,
): Promise<Result<ContactSheet>> {
  const target = checkTarget(file, force);
  if (!target.ok) return target;
  const chosen = choose(candidates, command);
  if (!chosen.ok) return chosen;
  const { loadSharp } = await import('../../inspect/sharp.ts');
  const sharp = await loadSharp();
  if (!sharp.ok) return sharp;
  const { drawContactSheet } = await import('../../inspect/contact-sheet.ts');
  const sheet = await drawContactSheet(chosen.value.pictures, chosen.value.title, sharp.value);
  const written = writeForUser(file, sheet.png);
  return written.ok ? success(sheet) : written;
}

function checkTarget(file: string, force: boolean): Result<void> {
  const at = { file };
  if (!existsSync(dirname(file))) {
    return problem('the folder does not exist', {
      at: { file: dirname(file) },
      advice: 'Create it, or choose another file.',
    });
  }
  if (!existsSync(file)) return success(undefined);
  if (statSync(file).isDirectory())
    return problem('this is a folder', { at, advice: 'Give the path of a file: --png sheet.png' });
  if (!force)
    return problem('the file already exists', { at, advice: 'Choose another file, or overwrite it with --force.' });
  return success(undefined);
}

function choose(candidates: readonly Pictured[], command: CommandLine): Result<{ title: string; pictures: Pictures }> {
  const found = candidates.flatMap(({ title, pictures }) => (pictures === undefined ? [] : [{ title, pictures }]));
  const [first] = found;
  if (first === undefined) {
    return problem(`no images found in ${list(candidates.map(({ title }) => `"${title}"`))}`, {
      advice:
        'Supported are image files, an Arrow column of type arrow.fixed_shape_tensor with uint8 [height, width, 3], and a binary column with JPEG or PNG files.',
    });
  }
  if (found.length === 1) return success(first);
  return problem(`several outputs contain images: ${list(found.map(({ title }) => `"${title}"`))}`, {
    advice: `Choose one: ${command('inspect', first.title, '--png', 'FILE')}`,
  });
}
