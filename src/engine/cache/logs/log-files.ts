import { hash } from 'node:crypto';

/** The names of files may have 255 bytes, with the attempt and the part. The names of matrix stages may be longer. */
const LONGEST_NAME = 200;
const COMPRESSED = '.gz';

/** An attempt to run a stage. The first one in a run has the number 1. */
export interface StageAttempt {
  readonly stage: string;
  readonly attempt: number;
}

/** A file with a part of the log of an attempt. The parts are numbered from 1 in the order in which they were written. */
export interface LogPart {
  readonly file: string;
  /** As in the names of files: see `encodedStage`. */
  readonly stage: string;
  readonly attempt: number;
  readonly part: number;
  readonly isCompressed: boolean;
}

/** Returns the name of a stage as it is part of the names of files. */
export function encodedStage(stage: string): string {
  const encoded = encodeURIComponent(stage);
  return encoded.length <= LONGEST_NAME ? encoded : `${encoded.slice(0, 100)}~${hash('sha256', stage)}`;
}

/** Returns the name of the file of a part while it is written. */
export function partFile({ stage, attempt }: StageAttempt, part: number): string {
  return `${encodedStage(stage)}.${attempt}.${part}.log`;
}

export function compressedFile(file: string): string {
  return `${file}${COMPRESSED}`;
}

/** Parses the name of a file; returns nothing if it is not a part of a log. */
export function parsePartFile(file: string): LogPart | undefined {
  const [, stage, attempt, part, compressed] = /^(.+)\.(\d{1,9})\.(\d{1,9})\.log(\.gz)?$/.exec(file) ?? [];
  if (stage === undefined) return undefined;
  return { file, stage, attempt: Number(attempt), part: Number(part), isCompressed: compressed === COMPRESSED };
}
