import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FileValues, NumberGroup, ValueReader } from '../../shared/extensions/values.ts';
import { success } from '../../shared/problem.ts';
import { withWeightsOf } from '../keras/archive.ts';
import { unpackEntry } from '../keras/archive-entry.ts';
import { Hdf5File, kindOfFile } from '../keras/hdf5.ts';
import { readZipDirectory } from '../setup/zip-directory.ts';

/** Keras' files, `.h5` and `.keras`: each dataset is a group. Attributes and descriptions must be equal. */
export const kerasValues: ValueReader = {
  async read({ path: file, name }) {
    const kind = kindOfFile(file);
    if (!kind.ok) return undefined;
    if (kind.value === 'hdf5') return hdf5Values(file);
    if (kind.value === 'zip' && name.endsWith('.keras')) return archiveValues(file);
    return undefined;
  },
};

async function hdf5Values(path: string): Promise<FileValues | undefined> {
  const opened = await Hdf5File.open(path);
  if (!opened.ok) return undefined;
  const file = opened.value;
  try {
    const found = file.attempt(() => collect(file));
    return found.ok ? found.value : undefined;
  } finally {
    file.close();
  }
}

function collect(file: Hdf5File): FileValues {
  const numbers: NumberGroup[] = [];
  const others = new Map<string, string>();
  const visit = (place: string): void => {
    for (const [name, value] of Object.entries(file.attributes(place))) others.set(`${place}@${name}`, value);
    const array = file.array(place);
    if (array === undefined) {
      for (const name of file.names(place)) visit(`${place === '/' ? '' : place}/${name}`);
      return;
    }
    const values = file.read(array);
    if (values.ok) numbers.push({ name: place, values: values.value });
    // Seeds and counters are integers, which have to be equal.
    others.set(place, `an array [${array.shape.join(', ')}]${values.ok ? '' : ` ${file.text(array)}`}`);
  };
  visit('/');
  return { numbers, others };
}

async function archiveValues(archive: string): Promise<FileValues | undefined> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'pipeline-values-'));
  try {
    const weights = await withWeightsOf(archive, scratch, async (file) => success(await hdf5Values(file)));
    if (!weights.ok || weights.value === undefined) return undefined;
    const others = new Map(weights.value.others);
    for (const name of await namesIn(archive)) {
      if (name.endsWith('.h5')) continue;
      const target = path.join(scratch, String(others.size));
      const unpacked = unpackEntry(archive, name, target);
      if (!unpacked.ok) return undefined;
      others.set(name, readFileSync(target, 'utf8'));
    }
    return { numbers: weights.value.numbers, others };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function namesIn(archive: string): Promise<readonly string[]> {
  const file = await open(archive);
  try {
    return (await readZipDirectory(file)).map(({ name }) => name);
  } finally {
    await file.close();
  }
}
