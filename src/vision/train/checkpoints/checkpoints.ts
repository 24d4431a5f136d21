import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';

export type { Checkpoint } from './checkpoint-file.ts';

/** The checkpoints of one training, in a directory that outlives its process. */
export interface Checkpoints<Progress> {
  /** The newest one that is undamaged. */
  latest(): Promise<Checkpoint<Progress> | undefined>;
  /** The one before stays until this one is there. */
  save(checkpoint: Checkpoint<Progress>): Promise<void>;
  /** Whether the last one was made so long ago that another is due. */
  isDue(): boolean;
}

/** `step-00000120.checkpoint`, by the number of updates made. */
const NAME = /^step-\d+\.checkpoint$/;

/**
 * @param directory made if it is not there.
 * @param minutes after which a checkpoint is due.
 */
export async function openCheckpoints<Progress extends { readonly updates: number }>(
  directory: string,
  minutes: number,
  log: (message: string) => void,
): Promise<Checkpoints<Progress>> {
  await mkdir(directory, { recursive: true });
  let lastSaved = performance.now();

  /** Newest first. */
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
        for (const { message } of checkpoint.failure) log(`warning: ${message}, so it is left aside: ${name}`);
      }
      return undefined;
    },
    async save(checkpoint) {
      const name = `step-${String(checkpoint.progress.updates).padStart(8, '0')}.checkpoint`;
      await writeCheckpoint(path.join(directory, name), checkpoint);
      const older = (await names()).filter((other) => other !== name);
      await Promise.all(older.map((other) => rm(path.join(directory, other), { force: true })));
      lastSaved = performance.now();
    },
    isDue: () => performance.now() - lastSaved >= minutes * 60_000,
  };
}
