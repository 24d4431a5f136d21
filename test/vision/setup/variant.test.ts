import { expect, test } from 'vitest';
import { chooseVariant } from '../../scripts/setup/variant.js';

const nothing = () => false;

test.each(['/dev/nvidia0', '/proc/driver/nvidia/version', '/usr/lib/wsl/lib/libcuda.so.1'])('%s means CUDA', (sign) => {
  expect(chooseVariant(undefined, (path) => path === sign)).toEqual({ ok: true, value: 'cuda' });
});

test('without a GPU it is the CPU', () => {
  expect(chooseVariant(undefined, nothing)).toEqual({ ok: true, value: 'cpu' });
  expect(chooseVariant('', nothing)).toEqual({ ok: true, value: 'cpu' });
});

test('PIPELINE_TENSORFLOW overrules what was found', () => {
  expect(chooseVariant('cuda', nothing)).toEqual({ ok: true, value: 'cuda' });
  expect(chooseVariant('cpu', () => true)).toEqual({ ok: true, value: 'cpu' });
});

test('another word in PIPELINE_TENSORFLOW is not guessed at', () => {
  expect(chooseVariant('gpu', nothing)).toEqual({
    ok: false,
    failure: [
      {
        message: 'PIPELINE_TENSORFLOW is "gpu".',
        advice: 'Set it to cpu or cuda, or unset it to have the machine looked at.',
      },
    ],
  });
});
