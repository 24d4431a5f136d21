import { expect, test } from 'vitest';
import { chooseVariant } from '../../../src/vision/setup/variant.ts';

const nothing = () => false;

test.each(['/dev/nvidia0', '/proc/driver/nvidia/version', '/usr/lib/wsl/lib/libcuda.so.1'])(
  'chooses CUDA if there is %s',
  (sign) => {
    expect(chooseVariant(undefined, (path) => path === sign)).toEqual({ ok: true, value: 'cuda' });
  },
);

test('chooses the CPU without a GPU', () => {
  expect(chooseVariant(undefined, nothing)).toEqual({ ok: true, value: 'cpu' });
  expect(chooseVariant('', nothing)).toEqual({ ok: true, value: 'cpu' });
});

test('follows PIPELINE_TENSORFLOW whatever was found', () => {
  expect(chooseVariant('cuda', nothing)).toEqual({ ok: true, value: 'cuda' });
  expect(chooseVariant('cpu', () => true)).toEqual({ ok: true, value: 'cpu' });
});

test('refuses any other word in PIPELINE_TENSORFLOW', () => {
  expect(chooseVariant('gpu', nothing)).toEqual({
    ok: false,
    failure: [
      {
        message: 'The environment variable PIPELINE_TENSORFLOW is "gpu".',
        advice: 'Set it to cpu or cuda, or unset it to have the GPU detected.',
      },
    ],
  });
});
