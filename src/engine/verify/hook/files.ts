import fs from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { observeCalls } from './observe.ts';
import type { Recorder } from './recorder.ts';

/** The functions of `node:fs` that take one path; each is there with callbacks, as `…Sync` and as a promise. */
const OF_ONE_PATH = [
  ...['access', 'appendFile', 'chmod', 'chown', 'createReadStream', 'createWriteStream', 'exists', 'lchmod', 'lchown'],
  ...['lstat', 'lutimes', 'mkdir', 'mkdtemp', 'open', 'openAsBlob', 'opendir', 'readFile', 'readdir', 'readlink'],
  ...['realpath', 'rm', 'rmdir', 'stat', 'statfs', 'truncate', 'unlink', 'utimes', 'watch', 'watchFile', 'writeFile'],
];
const OF_TWO_PATHS = ['copyFile', 'cp', 'link', 'rename'];

/** Notes which code hands a path to the file system. Whether that matters is what the system calls show. */
export function observeFiles(recorder: Recorder): void {
  const note = (path: unknown) => recorder.note('file', () => absolute(path));
  for (const functions of [fs, fs.promises]) {
    for (const name of [...OF_ONE_PATH, ...OF_TWO_PATHS, 'symlink'])
      for (const form of [name, `${name}Sync`]) {
        observeCalls(functions, form, (args) => {
          // A link may lead anywhere; what counts is where it is made.
          if (name === 'symlink') note(args[1]);
          else for (const path of args.slice(0, OF_TWO_PATHS.includes(name) ? 2 : 1)) note(path);
        });
      }
  }
}

function absolute(path: unknown): string | undefined {
  if (typeof path === 'string') return resolve(path);
  if (path instanceof URL) return path.protocol === 'file:' ? fileURLToPath(path) : undefined;
  return Buffer.isBuffer(path) ? resolve(path.toString()) : undefined;
}
