import { expect, test } from 'vitest';
import { configProto } from '../../../../src/vision/tensorflow/session/config-proto.ts';

// As `ConfigProto(…).SerializeToString().hex()` of TensorFlow in Python gives them.
test.each([
  [{ interOpThreads: 2, precision: 'float32', xla: false }, '2802520452022001'],
  [{ interOpThreads: 300, precision: 'float32', xla: false }, '28ac02520452022001'],
  [{ interOpThreads: 2, precision: 'mixed_bfloat16', xla: false }, '2802520752052001f80101'],
  [{ interOpThreads: 2, precision: 'mixed_float16', xla: false }, '2802520752052001b80101'],
  [{ interOpThreads: 2, precision: 'float32', xla: true }, '280252081a02280152022001'],
] as const)('%o', (options, expected) => {
  expect(Buffer.from(configProto(options)).toString('hex')).toBe(expected);
});
