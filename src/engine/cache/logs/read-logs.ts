import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { namesIn } from '../../../shared/files.ts';
import { readBytes, SIZE_LIMITS } from '../../../shared/read-file.ts';
import { isCacheEntry } from '../local/cache-folder.ts';
import { CachePaths } from '../local/paths.ts';
import { type LogEntry, parseLogEntry } from './log-entry.ts';
import { compressedFile, encodedStage, type LogPart, parsePartFile, type StageAttempt } from './log-files.ts';

/** A place in the log of an attempt: behind the last entry that was read. */
export interface LogPosition {
  readonly part: number;
  /** In bytes of the part before compression. */
  readonly offset: number;
}

export const LOG_START: LogPosition = { part: 0, offset: 0 };

/** What was read of a log. */
export interface LogExcerpt {
  readonly entries: readonly LogEntry[];
  readonly next: LogPosition;
}

/** Returns the ids of the runs of which there are logs, newest first. */
export function runsWithLogs(cache: string): readonly string[] {
  const names = namesIn(new CachePaths(cache).logs).filter((name) => isCacheEntry('logs', name));
  return [...names].sort().reverse();
}

/** Reads the logs of a run in a cache directory. */
export class RunLogs {
  readonly #folder: string;

  constructor(cache: string, run: string) {
    this.#folder = new CachePaths(cache).logsOf(run);
  }

  /** Returns the numbers of the attempts of which there are logs, in order. */
  attemptsOf(stage: string): readonly number[] {
    const encoded = encodedStage(stage);
    const attempts = this.#parts().flatMap((part) => (part.stage === encoded ? [part.attempt] : []));
    return [...new Set(attempts)].sort((a, b) => a - b);
  }

  /** Returns the names of the stages of which there are logs, sorted. */
  stages(): readonly string[] {
    const first = new Map(this.#parts().map((part) => [part.stage, part]));
    const names = [...first.values()].flatMap(({ stage, attempt }) => {
      for (const { entries } of this.#read(stage, attempt, LOG_START))
        for (const entry of entries) return entry.type === 'started' ? [entry.stage] : [];
      return [];
    });
    return names.sort();
  }

  /**
   * Reads the log of an attempt from a position, part by part. An entry of which only a part has been written yet is
   * left for the next time.
   */
  read({ stage, attempt }: StageAttempt, from: LogPosition): Iterable<LogExcerpt> {
    return this.#read(encodedStage(stage), attempt, from);
  }

  *#read(stage: string, attempt: number, from: LogPosition): Iterable<LogExcerpt> {
    const parts = this.#parts().filter((part) => part.stage === stage && part.attempt === attempt);
    // While a part is compressed, it exists twice.
    const byNumber = new Map(parts.sort((a, b) => a.part - b.part).map((part) => [part.part, part]));
    for (const part of byNumber.values()) {
      if (part.part < from.part) continue;
      const bytes = this.#bytesOf(part);
      const offset = part.part === from.part ? from.offset : 0;
      const end = bytes.lastIndexOf('\n') + 1;
      if (end <= offset) continue;
      const lines = bytes.subarray(offset, end).toString('utf8').split('\n');
      const entries = lines.flatMap((line) => (line === '' ? [] : (parseLogEntry(line) ?? [])));
      yield { entries, next: { part: part.part, offset: end } };
    }
  }

  #bytesOf({ file, isCompressed }: LogPart): Buffer {
    const read = readBytes(join(this.#folder, file), 'log');
    if (read.ok && !isCompressed) return read.value;
    // It may have been compressed in the meantime.
    const compressed = isCompressed ? read : readBytes(join(this.#folder, compressedFile(file)), 'log');
    try {
      return compressed.ok ? gunzipSync(compressed.value, { maxOutputLength: SIZE_LIMITS.log }) : Buffer.alloc(0);
    } catch {
      return Buffer.alloc(0);
    }
  }

  #parts(): LogPart[] {
    return namesIn(this.#folder).flatMap((name) => parsePartFile(name) ?? []);
  }
}
