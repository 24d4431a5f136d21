import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCheckpoints } from '../../../../src/vision/train/checkpoints/checkpoints.ts';
import { temporaryFolder } from '../../../support/dataset.ts';

interface Progress {
  readonly updates: number;
  readonly loss: number;
}

const checkpointAt = (updates: number, bestWeights?: readonly Float32Array[]) => ({
  // A number that only all its digits give back.
  progress: { updates, loss: 0.1 + 0.2 },
  state: { weights: [Float32Array.of(1, 2, updates), new Float32Array(0)], optimizer: [Float32Array.of(-0, NaN)] },
  bestWeights,
});

async function open(directory: string, minutes = 60) {
  const logged: string[] = [];
  const checkpoints = await openCheckpoints<Progress>(directory, minutes, (message) => logged.push(message));
  return { ...checkpoints, logged };
}

describe('a checkpoint', () => {
  test('comes back bit for bit, with and without best weights', async () => {
    const directory = temporaryFolder();
    const { save } = await open(directory);
    await save(checkpointAt(3));
    expect(await (await open(directory)).latest()).toEqual(checkpointAt(3));
    await save(checkpointAt(4, [Float32Array.of(7)]));
    expect(await (await open(directory)).latest()).toEqual(checkpointAt(4, [Float32Array.of(7)]));
  });

  test('takes the place of the one before', async () => {
    const directory = temporaryFolder();
    const { save } = await open(directory);
    for (const updates of [9, 10]) await save(checkpointAt(updates));
    expect(readdirSync(directory)).toEqual(['step-00000010.checkpoint']);
  });

  test('is none where there was none, nor where one was only begun', async () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'step-00000003.checkpoint.partial'), 'half');
    const { latest, logged } = await open(directory);
    expect(await latest()).toBeUndefined();
    expect(logged).toEqual([]);
  });

  test.each([
    ['cut off', (file: string) => truncateSync(file, 100)],
    ['empty', (file: string) => truncateSync(file, 0)],
    ['changed by a bit', flipBit],
  ])('that is %s is told and left aside for an older one', async (_, damage) => {
    const directory = temporaryFolder();
    await (await open(directory)).save(checkpointAt(3));
    const older = readFileSync(join(directory, 'step-00000003.checkpoint'));
    await (await open(directory)).save(checkpointAt(4));
    writeFileSync(join(directory, 'step-00000003.checkpoint'), older);
    damage(join(directory, 'step-00000004.checkpoint'));
    const { latest, logged } = await open(directory);
    expect((await latest())?.progress.updates).toBe(3);
    expect(logged).toEqual(['warning: the checkpoint is damaged, so it is left aside: step-00000004.checkpoint']);
  });

  test('is due after its minutes', async () => {
    expect((await open(temporaryFolder(), 60)).isDue()).toBe(false);
    expect((await open(temporaryFolder(), 0)).isDue()).toBe(true);
  });
});

function flipBit(file: string): void {
  const bytes = readFileSync(file);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}
