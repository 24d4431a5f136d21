import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { reasonOf } from '../../../shared/wording.ts';
import { createKeys } from '../../trust/signatures.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';

/** `pipeline cache keygen`: creates a pair of keys to sign results with. Only the public one is printed. */
export async function cacheKeygen(file: string, options: CommonOptions): Promise<number> {
  const { publicKey, privateKey } = createKeys();
  try {
    writeFileSync(resolve(file), `${privateKey}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const message = isThere ? 'the file already exists' : `cannot write the private key: ${reasonOf(error)}`;
    const advice = 'Choose another file. A private key is never overwritten.';
    return reportProblems([{ message, at: { file }, advice }], options);
  }
  const { print, printJson, paint } = openConsole(options);
  print(`public key: ${publicKey}\nThe private key is in ${file}, which only you can read.\n`);
  print(`${paint('cyan', '→')} In the pipeline file:\n    remote:\n      keys: [${publicKey}]`);
  print(`${paint('cyan', '→')} In protected CI jobs: PIPELINE_REMOTE_KEY, a secret with the text of ${file}`);
  print(`${paint('cyan', '→')} Then delete ${file}, or keep it where no repository and no cache has it.`);
  printJson({ type: 'key-created', publicKey, file });
  return EXIT.ok;
}
