import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Returns the path of an installed Chromium or Chrome, or of the one that the variable CHROMIUM names. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM'];
  if (named !== undefined) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}
