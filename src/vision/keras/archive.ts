import { closeSync, createReadStream, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { unzipSync, Zip, ZipPassThrough } from 'fflate';
import { problem, type Result } from '../../shared/problem.ts';
import { reasonOf } from '../../shared/wording.ts';

/** The name that the weights have in a `.keras` archive. */
const WEIGHTS = 'model.weights.h5';

/**
 * Takes the weights out of a `.keras` archive, for as long as `use` needs them.
 *
 * @param scratch a folder for the file.
 */
export async function withWeightsOf<Value>(
  archive: string,
  scratch: string,
  use: (file: string) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  let weights: Uint8Array | undefined;
  try {
    weights = unzipSync(readFileSync(archive), { filter: ({ name }) => name === WEIGHTS })[WEIGHTS];
  } catch (error) {
    return problem(`the archive is damaged: ${reasonOf(error)}`, {
      at: { file: archive },
      advice: 'Copy or download it again.',
    });
  }
  if (weights === undefined) {
    return problem(`there is no ${WEIGHTS} in this archive`, {
      at: { file: archive },
      advice: 'Name a .keras file that Keras 3 has written.',
    });
  }
  const folder = await mkdtemp(path.join(scratch, 'keras-'));
  try {
    const file = path.join(folder, WEIGHTS);
    writeFileSync(file, weights);
    weights = undefined;
    const used = await use(file);
    // Whoever named the archive knows nothing of what was in it.
    return used.ok ? used : { ok: false, failure: used.failure.map((one) => ({ ...one, at: { file: archive } })) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes an archive of some texts and of the weights, none of them compressed. The same content gives the same bytes. */
export async function writeArchive(
  archive: string,
  texts: Readonly<Record<string, string>>,
  weights: string,
): Promise<void> {
  const file = openSync(archive, 'w');
  try {
    const zip = new Zip((error, chunk) => {
      if (error !== null) throw error;
      writeSync(file, chunk);
    });
    const add = (name: string) => {
      const entry = new ZipPassThrough(name);
      // Each entry has a local time: the first that archives know.
      entry.mtime = new Date(1980, 0, 1);
      zip.add(entry);
      return entry;
    };
    for (const [name, text] of Object.entries(texts)) add(name).push(Buffer.from(text), true);
    const entry = add(WEIGHTS);
    for await (const chunk of createReadStream(weights, { highWaterMark: 1 << 20 })) entry.push(chunk as Buffer);
    entry.push(new Uint8Array(0), true);
    zip.end();
  } catch (error) {
    rmSync(archive, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}
