import { closeSync, createReadStream, openSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { Zip, ZipPassThrough } from 'fflate';
import { problem, type Result } from '../../shared/problem.ts';
import { readZipDirectory, ZipError } from '../setup/zip-directory.ts';
import { type NotUnpacked, unpackEntry } from './archive-entry.ts';

/** The name of the weights file in a `.keras` archive. */
const WEIGHTS = 'model.weights.h5';

/**
 * Extracts the weights of a `.keras` archive to a temporary file, which is deleted when `use` has finished.
 *
 * @param scratch a folder for the temporary file.
 * @returns the result of `use`, or a problem if the archive is corrupted or has no weights.
 */
export async function withWeightsOf<Value>(
  archive: string,
  scratch: string,
  use: (file: string) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  const folder = await mkdtemp(path.join(scratch, 'keras-'));
  try {
    const file = path.join(folder, WEIGHTS);
    const unpacked = unpackEntry(archive, WEIGHTS, file);
    if (!unpacked.ok) return unpackProblem(archive, unpacked.failure);
    // fflate does not check it.
    if (unpacked.value !== (await checksumOf(archive, WEIGHTS)))
      return unpackProblem(archive, { kind: 'corrupted', reason: `the checksum of ${WEIGHTS} does not match` });
    const used = await use(file);
    // Problems should name the archive, not the temporary file.
    return used.ok ? used : { ok: false, failure: used.failure.map((one) => ({ ...one, at: { file: archive } })) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function unpackProblem(archive: string, { kind, reason }: NotUnpacked): Result<never> {
  const at = { file: archive };
  switch (kind) {
    case 'absent':
      return problem(`there is no ${WEIGHTS} in this archive`, { at, advice: 'Use a .keras file saved by Keras 3.' });
    case 'corrupted':
      return problem(`the archive is corrupted: ${reason}`, { at, advice: 'Copy or download it again.' });
    case 'refused':
      return problem(`cannot read the archive: ${reason}`, { at, advice: 'Use the file that Keras has saved.' });
    default:
      return kind satisfies never;
  }
}

/** Returns the CRC-32 that an archive has for a file; nothing if its directory cannot be read. */
async function checksumOf(archive: string, name: string): Promise<number | undefined> {
  const file = await open(archive);
  try {
    return (await readZipDirectory(file)).find((entry) => entry.name === name)?.crc32;
  } catch (error) {
    if (error instanceof ZipError) return undefined;
    throw error;
  } finally {
    await file.close();
  }
}

/**
 * Writes an uncompressed archive of texts and a weights file. The output is deterministic.
 *
 * @param texts the content of the other files, by name.
 * @param weights the path of the weights file.
 */
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
      // A fixed modification time, the earliest that zip archives support, keeps the output deterministic.
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
