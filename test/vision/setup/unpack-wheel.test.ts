import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { unpackWheel } from '../../../src/vision/setup/unpack-wheel.ts';
import { Machine } from '../../support/machine.ts';
import { wheel } from '../../support/python-index.ts';

const text = 'x'.repeat(100);

/** A wheel with a part of everything that is in those of TensorFlow and NVIDIA. */
const WHEEL = wheel(
  {
    'tensorflow/libtensorflow_cc.so.2': text,
    'tensorflow/libtensorflow_framework.so.2': 'short',
    'tensorflow/include/tensorflow/c/c_api.h': text,
    'tensorflow/python/huge.so': text,
    'tensorflow-2.21.0.dist-info/METADATA': text,
    'nvidia/cuda_nvcc/bin/ptxas': text,
    'nvidia/__init__.py': '',
    'nvidia/../../outside': text,
  },
  ['nvidia/cuda_nvcc/bin/ptxas'],
);

test('unpacks the C library and CUDA with their permissions, and writes nothing outside', async () => {
  const machine = new Machine();
  const shares: number[] = [];
  const target = machine.path('a/unpacked');
  const file = machine.write('tensorflow.whl', WHEEL);
  expect(await unpackWheel(file, target, (share) => shares.push(share))).toEqual({ ok: true, value: undefined });

  expect(shares.map((share) => Math.round(share * 305))).toEqual([100, 105, 205, 305]);
  expect(machine.list('a/unpacked')).toEqual(['nvidia', 'tensorflow', 'tensorflow-2.21.0.dist-info']);
  expect(machine.list('a/unpacked/tensorflow'), 'without the part for Python').toEqual([
    'libtensorflow_cc.so.2',
    'libtensorflow_framework.so.2',
  ]);
  expect(machine.read('a/unpacked/tensorflow/libtensorflow_cc.so.2'), 'compressed').toBe(text);
  expect(machine.read('a/unpacked/tensorflow/libtensorflow_framework.so.2'), 'stored').toBe('short');
  expect(machine.read('a/unpacked/nvidia/__init__.py'), 'empty').toBe('');
  expect(statSync(machine.path('a/unpacked/nvidia/cuda_nvcc/bin/ptxas')).mode & 0o111).toBe(0o111);
  expect(machine.list('a'), 'nothing outside').toEqual(['unpacked']);
});

test.each([
  ['is no archive', Buffer.from('a page of a proxy'), 'not a ZIP archive'],
  [
    'is cut in its directory',
    Buffer.concat([WHEEL.subarray(0, 700), WHEEL.subarray(-22)]),
    'its directory is incomplete',
  ],
  ['has a damaged entry', damaged(), ''],
])('reports a wheel that %s', async (_how, content, reason) => {
  const machine = new Machine();
  const file = machine.write('broken.whl', content);
  const result = await unpackWheel(file, machine.path('unpacked'), () => {});
  expect(result).toMatchObject({
    ok: false,
    failure: [
      {
        message: expect.stringContaining(`${file} is corrupted: ${reason}`),
        advice: 'Delete it, and run `npx pipeline setup` again.',
      },
    ],
  });
});

test('throws the error of the file system where it cannot write', async () => {
  const machine = new Machine();
  const file = machine.write('tensorflow.whl', WHEEL);
  machine.write('taken', 'a file where the folder should be');
  await expect(unpackWheel(file, machine.path('taken'), () => {})).rejects.toMatchObject({ code: 'ENOTDIR' });
});

/** The compressed bytes of the first entry replaced. */
function damaged(): Buffer {
  const copy = Buffer.from(WHEEL);
  const start = 30 + 'tensorflow/libtensorflow_cc.so.2'.length;
  copy.fill(0xff, start, start + 5);
  return copy;
}
