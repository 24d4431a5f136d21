import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { temporaryFor } from '../../../shared/atomic-write.ts';
import { areUnlinked, statsOf } from '../../../shared/paths-below.ts';
import { flagsFor } from '../../../shared/read-file.ts';
import type { Digest } from '../../fingerprint/digest.ts';
import {
  type ActionPlace,
  type Blob,
  collect,
  MOST_ACTION_BYTES,
  measured,
  type RemoteDriver,
  RemoteError,
  type Sink,
} from './driver.ts';

const CHUNK = 1 << 20;

/** A folder that several machines mount. */
export class FolderDriver implements RemoteDriver {
  readonly shown: string;
  readonly #root: string;

  /** @param root absolute. */
  constructor(root: string) {
    this.shown = root;
    this.#root = root;
  }

  async has(digest: Digest): Promise<boolean> {
    return statsOf(this.#blob(digest))?.isFile() === true;
  }

  async get(digest: Digest, bytes: number, sink: Sink): Promise<boolean> {
    const exact = measured(bytes, sink);
    const isThere = await this.#read(this.#blob(digest), exact.sink);
    if (isThere) exact.end();
    return isThere;
  }

  async put(blob: Blob): Promise<void> {
    await this.#write(this.#blob(blob.digest), async (temporary) => {
      const content = blob.open();
      if (content instanceof Uint8Array) await writeFile(temporary, content, { flag: 'wx' });
      else await pipeline(content, createWriteStream(temporary, { flags: 'wx' }));
    });
  }

  getAction(place: ActionPlace): Promise<Uint8Array | undefined> {
    return collect((sink) => this.#read(this.#action(place), sink), MOST_ACTION_BYTES);
  }

  async putAction(place: ActionPlace, bytes: Uint8Array, replace: boolean): Promise<void> {
    const path = this.#action(place);
    if (!replace && statsOf(path)?.isFile() === true) return;
    await this.#write(path, (temporary) => writeFile(temporary, bytes, { flag: 'wx' }));
  }

  close(): void {
    // Each file is closed when it has been read.
  }

  #blob(digest: Digest): string {
    return join(this.#root, 'cas', digest.slice(0, 2), digest);
  }

  #action({ scope, key }: ActionPlace): string {
    return join(this.#root, 'ac', scope, key);
  }

  async #read(path: string, sink: Sink): Promise<boolean> {
    // Whoever can write to the folder could put a link into the place of a folder of it.
    if (!areUnlinked(dirname(path))) return false;
    const file = await open(path, flagsFor('refuse')).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ELOOP') return undefined;
      throw this.#problem(error, 'read');
    });
    if (file === undefined) return false;
    try {
      if (!(await file.stat()).isFile()) return false;
      const buffer = Buffer.allocUnsafe(CHUNK);
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, CHUNK, null).catch((error) => {
          throw this.#problem(error, 'read');
        });
        if (bytesRead === 0) return true;
        await sink(Buffer.from(buffer.subarray(0, bytesRead)));
      }
    } finally {
      await file.close();
    }
  }

  async #write(path: string, fill: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = temporaryFor(path);
    try {
      await mkdir(dirname(path), { recursive: true });
      await fill(temporary);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw this.#problem(error as NodeJS.ErrnoException, 'write');
    }
  }

  #problem(error: NodeJS.ErrnoException, what: string): Error {
    if (error.code === undefined) return error;
    const words = { ENOSPC: 'the disk is full', EDQUOT: 'the quota is used up', EACCES: 'permission denied' };
    const reason = words[error.code as keyof typeof words] ?? error.code;
    return new RemoteError(`cannot ${what} in ${this.#root}: ${reason}`, {
      advice: 'Check that the folder is mounted and writable, and has free disk space.',
    });
  }
}
