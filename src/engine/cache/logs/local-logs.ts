import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeAtomically } from '../../../shared/atomic-write.ts';
import { makeDirectory } from '../../../shared/files.ts';
import { readBytes } from '../../../shared/read-file.ts';
import { CachePaths } from '../local/paths.ts';
import { quietly } from '../local/quietly.ts';
import type { AttemptLog, Logs } from '../stores.ts';
import type { LogEntry } from './log-entry.ts';
import { compressedFile, partFile, type StageAttempt } from './log-files.ts';

export interface LogLimits {
  /** A part that is as long as this is ended and compressed, in bytes. */
  readonly partBytes: number;
  /** The parts of an attempt that are kept, with the one that is being written. The oldest are deleted. */
  readonly parts: number;
  /** A shorter part is not compressed, since it takes a block of the disk anyway. */
  readonly compressedBytes: number;
}

/** At most 64 MiB an attempt before compression. */
const LIMITS: LogLimits = { partBytes: 4 << 20, parts: 16, compressedBytes: 4096 };
/** A longer message is written in pieces, so that no part is too large to be read. In characters. */
const PIECE = 1 << 20;

/** Keeps logs in a cache directory. */
export class LocalLogs implements Logs {
  readonly #paths: CachePaths;
  readonly #limits: LogLimits;
  /** The number of attempts that have begun, by the name of their first part. */
  readonly #begun = new Map<string, number>();

  /** @param directory the cache directory, absolute. */
  constructor(directory: string, limits = LIMITS) {
    this.#paths = new CachePaths(directory);
    this.#limits = limits;
  }

  begin(run: string, stage: string): AttemptLog {
    const folder = this.#paths.logsOf(run);
    const first = join(folder, partFile({ stage, attempt: 1 }, 1));
    const attempt = (this.#begun.get(first) ?? 0) + 1;
    this.#begun.set(first, attempt);
    return new LocalAttemptLog(folder, { stage, attempt }, this.#limits);
  }
}

class LocalAttemptLog implements AttemptLog {
  readonly #folder: string;
  readonly #attempt: StageAttempt;
  readonly #limits: LogLimits;
  #part = 1;
  #written = 0;
  #file: number | undefined;
  #pending = '';
  #compressed = Promise.resolve();

  constructor(folder: string, attempt: StageAttempt, limits: LogLimits) {
    this.#folder = folder;
    this.#attempt = attempt;
    this.#limits = limits;
    this.#append({ time: now(), type: 'started', stage: attempt.stage });
  }

  add(...[type, message]: Parameters<AttemptLog['add']>): void {
    const time = now();
    const pieces = Math.max(1, Math.ceil(message.length / PIECE));
    for (let piece = 0; piece < pieces; piece++)
      this.#append({ time, type, message: message.slice(piece * PIECE, (piece + 1) * PIECE) });
  }

  end(...[outcome, message]: Parameters<AttemptLog['end']>): void {
    this.#append({
      time: now(),
      type: 'ended',
      outcome,
      ...(message !== undefined && { message: message.slice(0, PIECE) }),
    });
    this.#flush();
    this.#endPart();
  }

  #append(entry: LogEntry): void {
    // What arrives together is written together, and at once: the runner may be killed.
    if (this.#pending === '') queueMicrotask(() => this.#flush());
    this.#pending += `${JSON.stringify(entry)}\n`;
    if (this.#pending.length > PIECE) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    if (bytes.length === 0) return;
    quietly(() => {
      this.#file ??= this.#openPart();
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written);
    });
    this.#written += bytes.length;
    if (this.#written >= this.#limits.partBytes) this.#endPart();
  }

  #openPart(): number {
    makeDirectory(this.#folder);
    return openSync(this.#pathOf(this.#part), 'wx');
  }

  #endPart(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    quietly(() => closeSync(file));
    const path = this.#pathOf(this.#part++);
    // One after the other, so that a stage that prints fast does not fill the memory.
    if (this.#written >= this.#limits.compressedBytes)
      this.#compressed = this.#compressed.then(() => compress(path)).catch(ignoreFileErrors);
    this.#written = 0;
    const oldest = this.#pathOf(this.#part - this.#limits.parts);
    for (const each of [oldest, compressedFile(oldest)]) quietly(() => rmSync(each, { force: true }));
  }

  #pathOf(part: number): string {
    return join(this.#folder, partFile(this.#attempt, part));
  }
}

function now(): string {
  return new Date().toISOString();
}

/** Replaces a part by its compressed form. A part that was deleted in the meantime stays deleted. */
async function compress(path: string): Promise<void> {
  const text = readBytes(path, 'log');
  if (!text.ok) return;
  // Loaded on demand, since usually nothing has to run.
  const { gzip } = await import('node:zlib');
  const compressed = await promisify(gzip)(text.value);
  if (!existsSync(path)) return;
  writeAtomically(compressedFile(path), compressed);
  rmSync(path, { force: true });
}

function ignoreFileErrors(error: unknown): void {
  quietly(() => {
    throw error;
  });
}
