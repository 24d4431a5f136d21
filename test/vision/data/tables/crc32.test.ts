import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { combineCrc32 } from '../../../../src/vision/data/tables/crc32.ts';

test.each([0, 1, 7, 8, 255, 1000, 331 * 331 * 3])(
  'combineCrc32 returns the checksum of two concatenated pieces, the second of %i bytes',
  (length) => {
    for (const before of [0, 1, 333]) {
      const whole = randomBytes(before + length);
      const [first, second] = [whole.subarray(0, before), whole.subarray(before)];
      expect(combineCrc32(crc32(first), crc32(second), length)).toBe(crc32(whole));
    }
  },
);
