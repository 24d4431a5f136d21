import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCheckpoints } from '../../../../src/vision/train/checkpoints/checkpoints.ts';
import { temporaryFolder } from '../../../support/dataset.ts';

interface Progress {
  readonly steps: number;
  readonly loss: number;
}

const checkpointAt = (steps: number, bestWeights?: readonly Float32Array[]) => ({
  // A number that needs all of its digits.
  progress: { steps, loss: 0.1 + 0.2 },
  state: { weights: [Float32Array.of(1, 2, steps), new Float32Array(0)], optimizer: [Float32Array.of(-0, NaN)] },
  bestWeights,
});

async function open(directory: string, minutes = 60) {
  const logged: string[] = [];
  const checkpoints = await openCheckpoints<Progress>(directory, minutes, (message) => logged.push(message));
  return { ...checkpoints, logged };
}

describe('a checkpoint', () => {
  test('is read back exactly, with and without best weights', async () => {
    const directory = temporaryFolder();
    const { save } = await open(directory);
    await save(checkpointAt(3));
    expect(await (await open(directory)).latest()).toEqual(checkpointAt(3));
    await save(checkpointAt(4, [Float32Array.of(7)]));
    expect(await (await open(directory)).latest()).toEqual(checkpointAt(4, [Float32Array.of(7)]));
  });

  test('replaces the previous one', async () => {
    const directory = temporaryFolder();
    const { save } = await open(directory);
    for (const steps of [9, 10]) await save(checkpointAt(steps));
    expect(readdirSync(directory)).toEqual(['step-00000010.checkpoint']);
  });

  test('is undefined if none was saved, or if saving was interrupted', async () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'step-00000003.checkpoint.partial'), 'half');
    const { latest, logged } = await open(directory);
    expect(await latest()).toBeUndefined();
    expect(logged).toEqual([]);
  });

  test.each([
    ['truncated', (file: string) => truncateSync(file, 100)],
    ['empty', (file: string) => truncateSync(file, 0)],
    ['changed by one bit', flipBit],
  ])('that is %s is skipped with a warning, and an older one is used', async (_, damage) => {
    const directory = temporaryFolder();
    await (await open(directory)).save(checkpointAt(3));
    const older = readFileSync(join(directory, 'step-00000003.checkpoint'));
    await (await open(directory)).save(checkpointAt(4));
    writeFileSync(join(directory, 'step-00000003.checkpoint'), older);
    damage(join(directory, 'step-00000004.checkpoint'));
    const { latest, logged } = await open(directory);
    expect((await latest())?.progress.steps).toBe(3);
    expect(logged).toEqual(['warning: skipped step-00000004.checkpoint: the checkpoint is corrupted']);
  });

  test('is due after the checkpoint interval', async () => {
    expect((await open(temporaryFolder(), 60)).isDue()).toBe(false);
    expect((await open(temporaryFolder(), 0)).isDue()).toBe(true);
  });
});

function flipBit(file: string): void {
  const bytes = readFileSync(file);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}
