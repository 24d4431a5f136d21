import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Creates an empty folder, which is deleted after the test or by the callback registered with `atEnd`. */
export function temporaryFolder(atEnd: (cleanUp: () => void) => void = onTestFinished): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pipeline-data-')));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files (path relative to `root` → content) and creates their folders. */
export function writeFiles(root: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** Returns the content of each file in a folder, by name. */
export function contents(folder: string): Readonly<Record<string, Buffer>> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

/** Returns the SHA-256 of each file in a folder, by name, since comparing megabytes takes long. */
export function digestsIn(folder: string): Readonly<Record<string, string>> {
  const digest = (content: Buffer) => createHash('sha256').update(content).digest('hex');
  return Object.fromEntries(Object.entries(contents(folder)).map(([name, content]) => [name, digest(content)]));
}

/** Creates a data set with these label rows and, for each image path in them, a file that is not a valid image. */
export function datasetOf(labels: readonly string[], files: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder();
  const images = labels.map((row) => row.split(',')[0] ?? '').filter((path) => /^Images\/.*\.jpg$/.test(path));
  writeFiles(root, {
    ...Object.fromEntries(images.map((path) => [path, 'image'])),
    'Annotations/label.csv': labels.map((row) => `${row}\n`).join(''),
    ...files,
  });
  return root;
}
