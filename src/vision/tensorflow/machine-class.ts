import { readFileSync } from 'node:fs';
import type { Facts } from '../../shared/extensions/runtime-facts.ts';

/** The instruction sets for which oneDNN has kernels of its own, best first, by a flag of Linux that only they have. */
const INSTRUCTION_SETS: readonly (readonly [name: string, flag: string])[] = [
  ['avx512_core_amx', 'amx_tile'],
  ['avx512_core_bf16', 'avx512_bf16'],
  ['avx512_core_vnni', 'avx512_vnni'],
  ['avx512_core', 'avx512bw'],
  ['avx2_vnni', 'avx_vnni'],
  ['avx2', 'avx2'],
  ['avx', 'avx'],
];
/** The variable by which oneDNN uses no better instruction set than the one that it names. */
export const ISA_LIMIT = 'ONEDNN_MAX_CPU_ISA';
const CACHES = '/sys/devices/system/cpu/cpu0/cache';

/**
 * Returns what the last digits of TensorFlow's results depend on, on a CPU: the instruction set, by which oneDNN chooses
 * kernels, the sizes of the caches, by which it chooses blocks, and the vendor, since the instructions that approximate
 * reciprocals differ. The number of threads is a param of each stage.
 *
 * @param environment may lower the instruction set (`ISA_LIMIT`).
 * @param read reads a text file; throws if it cannot.
 */
export function cpuClass(
  environment: NodeJS.ProcessEnv,
  read: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): Facts {
  const cpuinfo = attempt(() => read('/proc/cpuinfo'));
  const isa = instructionSet(cpuinfo);
  const limit = environment[ISA_LIMIT]?.toLowerCase();
  const sizes = [0, 1, 2, 3].map((index) => attempt(() => read(`${CACHES}/index${index}/size`)).trim());
  const caches = sizes.filter((size) => size !== '').join(' ');
  const vendor = /^vendor_id\s*:\s*(\S+)$/m.exec(cpuinfo)?.[1] ?? 'unknown';
  return { architecture: process.arch, vendor, isa: limit === undefined ? isa : lower(isa, limit), caches };
}

function instructionSet(cpuinfo: string): string {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(' '));
  return INSTRUCTION_SETS.find(([, flag]) => flags.has(flag))?.[0] ?? 'unknown';
}

/** Returns the lesser of two instruction sets; the limit if it is one that this list does not have. */
function lower(isa: string, limit: string): string {
  const rank = (name: string) => INSTRUCTION_SETS.findIndex(([each]) => each === name);
  return rank(limit) === -1 || rank(limit) > rank(isa) ? limit : isa;
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
