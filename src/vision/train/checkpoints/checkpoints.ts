import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';

export type { Checkpoint } from './checkpoint-file.ts';

/** The checkpoints of one training run, in a directory that outlives its process. */
export interface Checkpoints<Progress> {
  /** Returns the newest intact checkpoint. Corrupted ones are skipped with a warning. */
  latest(): Promise<Checkpoint<Progress> | undefined>;
  /** Saves a checkpoint, then deletes the older ones. */
  save(checkpoint: Checkpoint<Progress>): Promise<void>;
  /** Returns whether the checkpoint interval has elapsed since the last save. */
  isDue(): boolean;
}

/** For example `step-00000120.checkpoint`, named after the number of steps taken. */
const NAME = /^step-\d+\.checkpoint$/;

/**
 * Opens the checkpoints in a directory.
 *
 * @param directory created if it does not exist.
 * @param minutes the checkpoint interval.
 */
export async function openCheckpoints<Progress extends { readonly steps: number }>(
  directory: string,
  minutes: number,
  log: (message: string) => void,
): Promise<Checkpoints<Progress>> {
  await mkdir(directory, { recursive: true });
  let lastSaved = performance.now();

  /** Returns the file names of the checkpoints, newest first. */
  const names = async () =>
    (await readdir(directory))
      .filter((name) => NAME.test(name))
      .sort()
      .reverse();

  return {
    async latest() {
      for (const name of await names()) {
        const checkpoint = await readCheckpoint(path.join(directory, name));
        if (checkpoint.ok) return checkpoint.value as Checkpoint<Progress>;
        for (const { message } of checkpoint.failure) log(`warning: skipped ${name}: ${message}`);
      }
      return undefined;
    },
    async save(checkpoint) {
      const name = `step-${String(checkpoint.progress.steps).padStart(8, '0')}.checkpoint`;
      await writeCheckpoint(path.join(directory, name), checkpoint);
      const older = (await names()).filter((other) => other !== name);
      await Promise.all(older.map((other) => rm(path.join(directory, other), { force: true })));
      lastSaved = performance.now();
    },
    isDue: () => performance.now() - lastSaved >= minutes * 60_000,
  };
}
