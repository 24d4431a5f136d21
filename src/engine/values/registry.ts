import type { FileValues, ValueFile, ValueReader } from '../../shared/extensions/values.ts';
import { arrowValues } from './arrow.ts';
import { csvValues } from './csv.ts';
import { jsonValues } from './json.ts';
import { numpyValues } from './numpy.ts';
import { pixelValues } from './pixels.ts';
import { textValues } from './text.ts';

/** From the most specific to the most general. */
const BUILT_IN_READERS: readonly ValueReader[] = [
  pixelValues,
  numpyValues,
  arrowValues,
  csvValues,
  jsonValues,
  textValues,
];

/** Reads the values of a file. Returns nothing if no reader knows its kind. `registered` take precedence. */
export async function readValues(file: ValueFile, registered: readonly ValueReader[]): Promise<FileValues | undefined> {
  for (const reader of [...registered, ...BUILT_IN_READERS]) {
    const values = await reader.read(file);
    if (values !== undefined) return values;
  }
  return undefined;
}
