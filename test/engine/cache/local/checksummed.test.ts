import { expect, test } from 'vitest';
import { fromChecksummed, toChecksummed } from '../../../../src/engine/cache/local/checksummed.ts';

const RECORD = { key: 'abc', metrics: { accuracy: 0.75, rows: 3 }, provenance: { stage: 'train', notes: ['ä', ''] } };

test('a record is read back exactly as it was written', () => {
  const text = toChecksummed(RECORD);
  expect(fromChecksummed(text)).toEqual(RECORD);
  expect(JSON.parse(text)).toMatchObject(RECORD);
});

test('a record of an earlier version, without a checksum, can be read', () => {
  expect(fromChecksummed(`${JSON.stringify(RECORD, null, 2)}\n`)).toEqual(RECORD);
});

test('any flipped bit in a record is detected', () => {
  const bytes = Buffer.from(toChecksummed(RECORD));
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const corrupted = Buffer.from(bytes);
      corrupted[at] = (corrupted[at] ?? 0) ^ (1 << bit);
      expect(fromChecksummed(corrupted.toString()), `bit ${bit} of byte ${at}`).toBeUndefined();
    }
  }
});

test('a truncated record and one with appended text are detected', () => {
  const text = toChecksummed(RECORD);
  for (let length = 0; length < text.length; length++) expect(fromChecksummed(text.slice(0, length))).toBeUndefined();
  for (const more of ['\n', ' ', '}', '\0']) expect(fromChecksummed(text + more)).toBeUndefined();
});

test.each(['null', '[]', '3', '"text"', ''])('%j is not read as a record', (text) => {
  expect(fromChecksummed(text)).toBeUndefined();
});
