import { expect, test } from 'vitest';
import { configProto } from '../../../../src/vision/tensorflow/session/config-proto.ts';

// As `python -c "…ConfigProto(…).SerializeToString().hex()"` prints them.
test.each([
  [{ interOpThreads: 2, precision: 'float32', xla: false }, '2802520452022001'],
  [{ interOpThreads: 300, precision: 'float32', xla: false }, '28ac02520452022001'],
  [{ interOpThreads: 2, precision: 'mixed_bfloat16', xla: false }, '280252075205' + '2001f80101'],
  [{ interOpThreads: 2, precision: 'mixed_float16', xla: false }, '280252075205' + '2001b80101'],
  [{ interOpThreads: 2, precision: 'float32', xla: true }, '2802520852022001' + '1a022801'],
] as const)('%o', (options, expected) => {
  expect(Buffer.from(configProto(options)).toString('hex')).toBe(expected);
});
