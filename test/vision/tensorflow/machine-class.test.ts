import { expect, test } from 'vitest';
import { cpuClass } from '../../../src/vision/tensorflow/machine-class.ts';

/** Reads the files of Linux on a machine with these flags. */
const machine = (flags: string) => (path: string) => {
  if (path === '/proc/cpuinfo') return `processor\t: 0\nvendor_id\t: AuthenticAMD\nflags\t\t: fpu ${flags} sse\n`;
  if (path.includes('index3')) throw new Error('this machine has no such cache');
  return '32K\n';
};

test.each([
  ['avx avx2', 'avx2'],
  ['avx avx2 avx512f avx512bw', 'avx512_core'],
  ['avx avx2 avx512bw avx512_vnni avx512_bf16 amx_tile', 'avx512_core_amx'],
  ['', 'unknown'],
])('a CPU with the flags "%s" has the instruction set %s', (flags, isa) => {
  expect(cpuClass({}, machine(flags))).toEqual({
    architecture: process.arch,
    vendor: 'AuthenticAMD',
    isa,
    caches: '32K 32K 32K',
  });
});

test.each([
  ['AVX2', 'avx avx2 avx512bw', 'avx2'],
  ['AVX512_CORE', 'avx avx2', 'avx2'],
  ['SSE41', 'avx avx2', 'sse41'],
])('ONEDNN_MAX_CPU_ISA=%s on a CPU with "%s" gives the class of %s', (limit, flags, isa) => {
  expect(cpuClass({ ONEDNN_MAX_CPU_ISA: limit }, machine(flags))['isa']).toBe(isa);
});

test('a machine that is not Linux has a class, too', () => {
  const nothing = () => {
    throw new Error('no such file');
  };
  expect(cpuClass({}, nothing)).toEqual({ architecture: process.arch, vendor: 'unknown', isa: 'unknown', caches: '' });
});
