import { createCipheriv } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = 10;
const FILES = 1000;
const FILE_BYTES = 20_500;

/** Writes text files into a folder, which is created if necessary. A file with the same text is not rewritten. */
export function makeFolder(directory: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
  }
}

/** Creates 10,000 incompressible files of the size of small photographs, 205 MB in total. */
export function makeManyFiles(directory: string): void {
  const random = randomBytes();
  for (let folder = 0; folder < FOLDERS; folder++) {
    mkdirSync(join(directory, String(folder)), { recursive: true });
    for (let file = 0; file < FILES; file++) {
      writeFileSync(join(directory, String(folder), `${file}.jpg`), random(FILE_BYTES));
    }
  }
}

/** Returns the path of one of these files. */
export function aFileOf(directory: string, index: number): string {
  return join(directory, String(index % FOLDERS), `${(index * 7) % FILES}.jpg`);
}

/** Creates an incompressible file of 200 MB. */
export function makeLargeFile(path: string): void {
  const random = randomBytes();
  const file = openSync(path, 'w');
  for (let written = 0; written < 200; written++) writeSync(file, random(1_000_000));
  closeSync(file);
}

/** Returns a deterministic generator of pseudorandom bytes. */
function randomBytes(): (count: number) => Buffer {
  const cipher = createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16));
  return (count) => cipher.update(Buffer.alloc(count));
}
