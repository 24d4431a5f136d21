import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findExecutable } from '../../scripts/setup/command.js';
import { Machine } from '../support/machine.ts';

const UNPACK = resolve(import.meta.dirname, '../../scripts/setup/unpack-wheel.py');

/** A wheel with a part of everything that is in TensorFlow's and NVIDIA's. */
const MAKE_WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    for name, mode in [
        ("tensorflow/libtensorflow_cc.so.2", 0o644),
        ("tensorflow/include/tensorflow/c/c_api.h", 0o644),
        ("tensorflow/python/huge.so", 0o644),
        ("tensorflow-2.21.0.dist-info/METADATA", 0o644),
        ("nvidia/cuda_nvcc/bin/ptxas", 0o755),
        ("nvidia/../../outside", 0o644),
    ]:
        member = zipfile.ZipInfo(name)
        member.external_attr = mode << 16
        wheel.writestr(member, "x" * 100)
`;

const python = (...args: string[]) => spawnSync('python3', args, { encoding: 'utf8' });

// Where TensorFlow came from the cache of another clone there need be no Python.
test.skipIf(findExecutable(['python3']) === undefined)(
  'of a wheel come the C library, its headers and CUDA, ready to run, and nothing lands outside',
  () => {
    const machine = new Machine();
    const wheel = machine.path('tensorflow.whl');
    python('-c', MAKE_WHEEL, wheel);
    const { status, stdout } = python(UNPACK, wheel, machine.path('a/unpacked'));

    expect(status).toBe(0);
    expect(stdout.trim().split('\n').map(Number)).toEqual([0.25, 0.5, 0.75, 1]);
    expect(machine.list('a/unpacked')).toEqual(['nvidia', 'tensorflow', 'tensorflow-2.21.0.dist-info']);
    expect(machine.list('a/unpacked/tensorflow'), 'Python’s part stays out').toEqual([
      'include',
      'libtensorflow_cc.so.2',
    ]);
    expect(statSync(machine.path('a/unpacked/nvidia/cuda_nvcc/bin/ptxas')).mode & 0o111, 'CUDA’s assembler runs').toBe(
      0o111,
    );
    expect(machine.list('a'), 'nothing lands outside').toEqual(['unpacked']);
  },
);

test.skipIf(findExecutable(['python3']) === undefined)('a wheel that is none is named in one line', () => {
  const machine = new Machine();
  const { status, stderr } = python(UNPACK, machine.write('broken.whl', 'not a zip'), machine.path('unpacked'));
  expect({ status, stderr }).toEqual({ status: 1, stderr: 'File is not a zip file\n' });
});
