import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EpochMetrics } from '../../../../src/vision/train/loop/history.ts';
import { crc32c, maskedCrc32c } from '../../../../src/vision/train/loop/masked-crc32c.ts';
import { writeTensorBoard } from '../../../../src/vision/train/loop/tensorboard.ts';
import { temporaryFolder } from '../../../support/dataset.ts';

const history: readonly EpochMetrics[] = [1, 300].map((epoch) => ({
  epoch,
  learning_rate: 0.001,
  loss: 1 / epoch,
  acc: { coat_length: 0.5 },
  val_loss: 2,
  val_acc: { coat_length: 0.25 },
  val_weighted_acc: 0.75,
}));

/** Reads the records of a TFRecord file and verifies their checksums. */
function recordsIn(file: string): Buffer[] {
  const bytes = readFileSync(file);
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.readUInt32LE(at + 8)).toBe(maskedCrc32c(bytes.subarray(at, at + 8)));
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(maskedCrc32c(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

describe('the TensorBoard output', () => {
  test('has a train run and a validation run, as written by Keras', async () => {
    const directory = temporaryFolder();
    await writeTensorBoard(directory, history, 0);
    expect(readdirSync(directory).sort()).toEqual(['train', 'validation']);
    const events = recordsIn(join(directory, 'validation', 'events.out.tfevents.0.pipeline'));
    expect(events).toHaveLength(1 + 2 * 3);
    expect(events[0]?.toString('latin1')).toBe('\x1a\x0dbrain.Event:2');
    // Step 299, a summary with one value: the tag and 0.75 as a float.
    expect(events.at(-1)?.toString('latin1')).toBe(
      '\x10\xab\x02\x2a\x1b\x0a\x19\x0a\x12epoch_weighted_acc\x15\x00\x00\x40\x3f',
    );
  });

  test('continues the steps of the stages before, so that the curves of all stages form one', async () => {
    const directory = temporaryFolder();
    await writeTensorBoard(directory, history.slice(0, 1), 299);
    const events = recordsIn(join(directory, 'validation', 'events.out.tfevents.0.pipeline'));
    // Step 299, as above.
    expect(events.at(-1)?.toString('latin1').startsWith('\x10\xab\x02')).toBe(true);
  });

  test('has no validation run without validation metrics', async () => {
    const directory = temporaryFolder();
    const [first] = history;
    await writeTensorBoard(directory, first ? [{ epoch: 1, learning_rate: 1, loss: 2, acc: first.acc }] : [], 0);
    expect(readdirSync(directory)).toEqual(['train']);
  });
});

test('crc32c computes the CRC-32C (Castagnoli) checksum', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
});
